using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;

namespace KvLab.Web.Options;

/// <summary>Typed reading of one configuration section that collects every problem instead of stopping at the first.</summary>
/// <param name="root">Where the names of <paramref name="environment"/> stand.</param>
/// <param name="environment">For an option of the section: how nodes call it. The section's own name wins.</param>
internal sealed class ConfigurationValues(IConfigurationSection section, IConfiguration root, IReadOnlyDictionary<string, string> environment) : ISettingValues
{
    public FieldErrors Errors { get; } = new();

    /// <summary>Null where it is absent or empty.</summary>
    public string? Text(string name) => Given(section[name]) ?? (environment.TryGetValue(name, out var other) ? Given(root[other]) : null);

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>By which name somebody set it, so that an error names what he can find.</summary>
    public string NameOf(string name) =>
        Given(section[name]) is null && environment.TryGetValue(name, out var other) && Given(root[other]) is not null ? other : $"{section.Path}:{name}";

    /// <param name="why">Where the upper end comes from, when it is not always the same.</param>
    public int Int(string name, int standard, int from, int to, string? why = null) => (int)Long(name, standard, from, to, why);

    public long Long(string name, long standard) => Long(name, standard, long.MinValue);

    public long Long(string name, long standard, long from, long to = long.MaxValue, string? why = null)
    {
        if (Text(name) is not { } text) return standard;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= from && value <= to) return value;
        Add(name, $"must be a whole number from {from} to {to}{(why is null ? "" : $" ({why})")}, but is \"{text}\".");
        return standard;
    }

    public double Number(string name, double standard)
    {
        if (Text(name) is not { } text) return standard;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)) return value;
        Add(name, $"must be a number, but is \"{text}\".");
        return standard;
    }

    public bool Flag(string name, bool standard)
    {
        if (Text(name) is not { } text) return standard;
        if (bool.TryParse(text, out var value)) return value;
        Add(name, $"must be true or false, but is \"{text}\".");
        return standard;
    }

    public T Choice<T>(string name, T standard) where T : struct, Enum
    {
        if (Text(name) is not { } text) return standard;
        if (EnumNames.TryParse<T>(text, out var value)) return value;
        Add(name, $"must be {EnumNames.ListOf<T>()}, but is \"{text}\".");
        return standard;
    }

    private void Add(string name, string sentence) => Errors.Add(NameOf(name), $"{NameOf(name)} {sentence}");
}
