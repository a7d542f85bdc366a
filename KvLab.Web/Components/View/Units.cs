using System.Globalization;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Web.Components.View;

/// <summary>Numbers as the page writes them: always with their unit, always with the same digits for the same number.</summary>
public static class Units
{
    /// <summary>Stands where there is no number yet.</summary>
    public const string None = "–";

    public static string Ms(double? ms) => ms is { } value ? $"{Number(value)} ms" : None;

    /// <summary>Three significant digits, without an exponent.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        < 0.1 => value.ToString("0.###", CultureInfo.InvariantCulture),
        < 10 => value.ToString("0.##", CultureInfo.InvariantCulture),
        < 100 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("0", CultureInfo.InvariantCulture),
    };

    /// <summary>How much faster than real time: "2×", "1/10".</summary>
    public static string Speed(double speed) => speed < 1 ? string.Create(CultureInfo.InvariantCulture, $"1/{1 / speed:0}") : string.Create(CultureInfo.InvariantCulture, $"{speed:0}×");

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Count(long count, string one, string? many = null) => count == 1 ? $"1 {one}" : $"{Count(count)} {many ?? one + "s"}";

    /// <summary>"3.8 k" and "12.3 M" where there is no room for the digits; they stand in the title.</summary>
    public static string Rounded(long count) => count switch
    {
        < 1_000 => Count(count),
        < 99_950 => string.Create(CultureInfo.InvariantCulture, $"{count / 1_000.0:0.#} k"),
        < 999_500 => string.Create(CultureInfo.InvariantCulture, $"{count / 1_000.0:0} k"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{count / 1_000_000.0:0.#} M"),
    };

    /// <summary>Powers of 1,000, as in "kB".</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000.0:0.#} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1_000_000.0:0.#} MB"),
    };

    /// <summary>"U(0.1–1000 ms)".</summary>
    public static string Delay(LiveSettings settings) => settings.Distribution switch
    {
        DelayDistribution.Fixed => $"fixed {Number((settings.MinDelayMs + settings.MaxDelayMs) / 2)} ms",
        DelayDistribution.Regions => $"regions {Number(RegionDelays.Ms[0])}–{Number(RegionDelays.Ms[^1])} ms",
        var distribution => $"{Symbol(distribution)}({Number(settings.MinDelayMs)}–{Number(settings.MaxDelayMs)} ms)",
    };

    private static string Symbol(DelayDistribution distribution) => distribution switch
    {
        DelayDistribution.Uniform => "U",
        DelayDistribution.Exponential => "Exp",
        DelayDistribution.Lognormal => "LogN",
        DelayDistribution.Pareto => "Pareto",
        _ => distribution.ToString(),
    };

    public static string Outcome(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Superseded => "refused as stale",
        DeliveryOutcome.Replaced => "replaced before it arrived",
        _ => outcome.ToString().ToLowerInvariant(),
    };

    /// <summary>"f3" for follower-3, where there is no room for more. Whoever gets a write follows, whatever its id.</summary>
    public static string Short(string? follower) => follower is null ? "" : NodeWords.Short(follower, leads: false);

    /// <summary>What W means for the client, in a few words.</summary>
    public static string QuorumMeaning(int w, int n, bool countsLeader = false) => (countsLeader ? Math.Max(0, w - 1) : w, n) switch
    {
        (0, _) when countsLeader && w == 1 => "asynchronous: the leader's own copy is enough",
        (0, _) => "asynchronous: waits for no follower",
        var (acks, _) when acks == n => $"synchronous: waits for {(n == 1 ? "the follower" : $"all {n} followers")}",
        (1, _) => "semi-synchronous: waits for the fastest follower",
        var (acks, _) => $"semi-synchronous: waits for the {acks} fastest",
    };
}
