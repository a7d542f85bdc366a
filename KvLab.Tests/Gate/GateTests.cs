using System.Globalization;
using Xunit;

namespace KvLab.Tests.Gate;

/// <summary>
/// What a write costs, without noise: in virtual time the counts are the same in every run, and what a thread allocates is counted exactly.
/// The limits are in limits.json; docs/decisions/0033 says how they are changed.
/// </summary>
[Trait("Category", "Scenario")]
public sealed class GateTests
{
    /// <summary>
    /// What is allocated differs a little from process to process (trees in the order of random hashes, code that the framework compiles
    /// anew), by less than 0.1 %. A limit is the median of five runs and one hundredth more.
    /// </summary>
    private const double Margin = 1.01;

    private static readonly Lazy<SortedDictionary<string, GateNumbers>> Measured = new(() =>
    {
        var measured = new SortedDictionary<string, GateNumbers>(StringComparer.Ordinal);
        foreach (var load in GateLoad.All) measured.Add(load.Name, GateNumbers.Measure(load));
        if (Environment.GetEnvironmentVariable("KVLAB_WRITE_GOLDENS") == "1") GateNumbers.WriteLimits(WithLimits(measured));
        return measured;
    });

    private static readonly (string Name, Func<GateNumbers, double> Of)[] Exact =
    [
        ("events", n => n.Events), ("messages", n => n.Messages), ("batches", n => n.Batches),
        ("replicationBytes", n => n.ReplicationBytes),
        ("reports", n => n.Reports), ("reportBytes", n => n.ReportBytes), ("answerMs", n => n.AnswerMs),
    ];

    private static readonly (string Name, Func<GateNumbers, double> Of)[] Allocated =
    [
        ("leaderAllocated", n => n.LeaderAllocated), ("followersAllocated", n => n.FollowersAllocated),
        ("observerAllocated", n => n.ObserverAllocated),
    ];

    [Fact]
    public void A_write_takes_exactly_the_events_messages_bytes_and_virtual_ms_that_it_took_before() =>
        Check(Exact, (now, limit) => now == limit);

    [Fact]
    public void No_write_allocates_more_than_its_limit() => Check(Allocated, (now, limit) => now <= limit);

    private static void Check((string Name, Func<GateNumbers, double> Of)[] numbers, Func<double, double, bool> isRight)
    {
        var measured = Measured.Value;
        var limits = GateNumbers.Limits();
        var wrong =
            from load in measured
            from number in numbers
            let now = number.Of(load.Value)
            let limit = number.Of(limits[load.Key])
            where !isRight(now, limit)
            select string.Create(
                CultureInfo.InvariantCulture, $"{load.Key}: {number.Name} is {now} per write, in limits.json it is {limit}.");
        Assert.True(!wrong.Any(), string.Join('\n', wrong));
    }

    private static SortedDictionary<string, GateNumbers> WithLimits(SortedDictionary<string, GateNumbers> measured) =>
        new(measured.ToDictionary(m => m.Key, m => m.Value with
        {
            LeaderAllocated = Limit(m.Value.LeaderAllocated),
            FollowersAllocated = Limit(m.Value.FollowersAllocated),
            ObserverAllocated = Limit(m.Value.ObserverAllocated),
        }), StringComparer.Ordinal);

    private static double Limit(double median) => Math.Ceiling(median * Margin);
}
