using KvLab.Core.Configuration;

namespace KvLab.Web.Options;

/// <summary>Whether what happens is recorded, and how much of it is kept, under <c>Recording:</c> in the configuration.</summary>
public sealed record RecordingOptions
{
    public const int LeastMegabytes = 1;
    public const int MostMegabytes = 1024 * 1024;

    /// <summary>Recordings hold keys and values of every write.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>All recordings together, 1 … 1048576 MB; beyond it the oldest go first.</summary>
    public int MaxMegabytes { get; init; } = 512;

    public long MaxBytes => MaxMegabytes * 1024L * 1024;

    /// <summary>Under <c>Recording:</c>.</summary>
    internal static readonly IReadOnlyList<string> Names = ["Enabled", "MaxMegabytes"];

    /// <param name="errors">What is wrong is added.</param>
    public static RecordingOptions Read(IConfiguration configuration, FieldErrors errors)
    {
        var values = new ConfigurationValues(configuration.GetSection("Recording"), configuration, new Dictionary<string, string>());
        var options = new RecordingOptions { Enabled = values.Flag("Enabled", true), MaxMegabytes = values.Int("MaxMegabytes", 512, LeastMegabytes, MostMegabytes) };
        foreach (var error in values.Errors.All) errors.Add(error.Field, error.Message);
        return options;
    }
}
