using System.Globalization;
using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;

namespace KvLab.Core.Experiments.Plans;

[JsonConverter(typeof(JsonStringEnumConverter<SweepAxis>))]
public enum SweepAxis
{
    /// <summary>Values such as <c>0.1-1</c>: the range of the delay in ms.</summary>
    [JsonStringEnumMemberName("delayRange")] DelayRange,
    [JsonStringEnumMemberName("distribution")] Distribution,
    [JsonStringEnumMemberName("concurrency")] Concurrency,
    [JsonStringEnumMemberName("keys")] Keys,
    [JsonStringEnumMemberName("followers")] Followers,
    [JsonStringEnumMemberName("versioning")] Versioning,

    /// <summary>What the nodes keep their entries in; each value starts all nodes again.</summary>
    [JsonStringEnumMemberName("storage")] Storage,
}

/// <summary>A second thing that varies beside the quorum.</summary>
/// <param name="Values">As text, so that every axis is written alike: <c>["versioned","naive"]</c>, <c>["1","10"]</c>, <c>["0-10","0-100"]</c>.</param>
public sealed record Sweep(SweepAxis Axis, IReadOnlyList<string> Values)
{
    public const int MostValues = 20;

    /// <summary>What nodes can keep their entries in.</summary>
    public static readonly IReadOnlyList<string> Storages = ["memory", "sqlite", "redis", "postgres"];

    internal void Validate(FieldErrors errors)
    {
        errors.Require(Enum.IsDefined(Axis), "sweep", "sweep.axis must be delayRange, distribution, concurrency, keys, followers, versioning or storage.");
        errors.Require(Values.Count is > 0 and <= MostValues, "sweep", $"sweep.values must have 1 to {MostValues} values, but has {Values.Count}.");
        if (Values.Count > MostValues) return;
        errors.Require(Values.Distinct(StringComparer.Ordinal).Count() == Values.Count, "sweep", "sweep.values must not name a value twice.");
        foreach (var value in Values)
        {
            if (!CanRead(value)) errors.Add("sweep", $"sweep.values: \"{ErrorText.Short(value)}\" is not a value of {JsonName}; {Expected}.");
            else if (Axis == SweepAxis.DelayRange && Range(value) is { } range && range.MinMs > range.MaxMs)
                errors.Add("sweep", $"sweep.values: \"{ErrorText.Short(value)}\" begins above its end; {Expected}.");
        }
    }

    internal PointPlan Apply(PointPlan point, string value) => Axis switch
    {
        SweepAxis.DelayRange => point with { Settings = WithRange(point.Settings, value) },
        SweepAxis.Distribution => point with { Settings = point.Settings with { Distribution = Read<DelayDistribution>(value) } },
        SweepAxis.Concurrency => point with { Concurrency = ReadInt(value) },
        SweepAxis.Keys => point with { Keys = ReadInt(value) },
        SweepAxis.Followers => WithFollowers(point, ReadInt(value)),
        SweepAxis.Storage => point with { Storage = value },
        _ => point with { Settings = point.Settings with { Versioning = Read<VersioningMode>(value) } },
    };

    private bool CanRead(string value) => Axis switch
    {
        SweepAxis.DelayRange => Range(value) is not null,
        SweepAxis.Distribution => EnumNames.TryParse<DelayDistribution>(value, out _),
        SweepAxis.Versioning => EnumNames.TryParse<VersioningMode>(value, out _),
        SweepAxis.Storage => Storages.Contains(value),
        _ => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
    };

    private string JsonName => char.ToLowerInvariant(Axis.ToString()[0]) + Axis.ToString()[1..];

    private string Expected => Axis switch
    {
        SweepAxis.DelayRange => "write min-max in ms, such as 0.1-1",
        SweepAxis.Distribution => $"it is {EnumNames.ListOf<DelayDistribution>()}",
        SweepAxis.Versioning => "it is versioned or naive",
        SweepAxis.Storage => "it is memory, sqlite, redis or postgres",
        _ => "write a whole number",
    };

    // With fewer followers than W, all of them are asked for.
    private static PointPlan WithFollowers(PointPlan point, int followers) => point with
    {
        Followers = followers,
        Settings = point.Settings with { WriteQuorum = Math.Min(point.Settings.WriteQuorum, followers) },
    };

    private static LiveSettings WithRange(LiveSettings settings, string value)
    {
        var (minMs, maxMs) = Range(value)!.Value;
        return settings with { MinDelayMs = minMs, MaxDelayMs = maxMs };
    }

    private static (double MinMs, double MaxMs)? Range(string value)
    {
        var parts = value.Split('-');
        return parts.Length == 2 && Number(parts[0]) is { } min && Number(parts[1]) is { } max ? (min, max) : null;

        static double? Number(string text) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static int ReadInt(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static T Read<T>(string value) where T : struct, Enum =>
        EnumNames.TryParse<T>(value, out var known) ? known : throw new FormatException($"\"{value}\" is none of {EnumNames.ListOf<T>()}.");
}
