using KvLab.Core.Chaos;
using KvLab.Core.Control;
using KvLab.Core.Replication;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Stories;

[Trait("Category", "Scenario")]
public sealed class ChaosTests
{
    private static readonly ChaosOptions Options = new() { Faults = 60, Clients = 4, Keys = 12 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_done_to_the_cluster_no_acknowledged_write_is_lost(int seed)
    {
        var report = SimulatedRun.Play(ChaosPlan.Draw(Options with { Seed = seed }, 5), seed);
        Assert.True(report.State == ChaosState.Passed, report.ToText());
        Assert.Equal(0, report.Lost);
        Assert.True(report.Done == 60, report.ToText());
        Assert.Equal(Enum.GetValues<ChaosKind>(), report.Faults.Where(f => f.Skipped is null).Select(f => f.Fault.Kind).Distinct().Order());
        Assert.True(report.Success > 100, report.ToText());
    }

    [Fact]
    public void The_seed_repeats_plan_and_run()
    {
        var plan = ChaosPlan.Draw(Options with { Faults = 20, Seed = 9 }, 5);
        Assert.Equal(plan.ToString(), ChaosPlan.Draw(Options with { Faults = 20, Seed = 9 }, 5).ToString());
        Assert.NotEqual(plan.ToString(), ChaosPlan.Draw(Options with { Faults = 20, Seed = 10 }, 5).ToString());
        Assert.Equal(SimulatedRun.Play(plan, 4).ToText(), SimulatedRun.Play(plan, 4).ToText());
    }
}

/// <summary>The checks see what they are there for.</summary>
[Trait("Category", "Unit")]
public sealed class ChaosChecksTests
{
    private const string Held = "After healing, every replica holds every acknowledged write or a newer one of its key";
    private const string Equal = "After healing, all replicas are equal";
    private const string Forward = "No follower's version of a key went back";
    private const string Increase = "Versions are unique and increase, across restarts and failovers";
    private const string Counted = "Success means that at least W followers had acknowledged";

    private static readonly EntryVersion V1 = new(1, 1), V2 = new(1, 2);

    private static ReplicaDump Dump(string node, params (string Key, EntryVersion Version)[] entries) =>
        new(node, entries.ToDictionary(e => e.Key, e => new Entry(e.Key, JsonText.Of("x"), e.Version)));

    private static string[] Failed(WriteSeen[] answers, ReplicaDump[] dumps, ChaosChecks? checks = null, bool settled = true)
    {
        var world = new VirtualWorld(1);
        var writes = new ScenarioWrites(new AnsweringStage(answers));
        world.Run(async () =>
        {
            foreach (var _ in answers) await writes.WriteAsync("k", "x", null, CancellationToken.None);
        });
        return [.. (checks ?? new ChaosChecks()).Verify(writes, dumps, "leader", settled, 2, TimeSpan.FromSeconds(1)).Where(v => !v.Holds).Select(v => v.Claim)];
    }

    private static WriteSeen Success(EntryVersion version, int acks = 2) => new(WriteStatus.Success, version, acks, 2, TimeSpan.Zero, null);

    [Fact]
    public void All_is_well_where_it_is() => Assert.Empty(Failed([Success(V1), Success(V2)], [Dump("leader", ("k", V2)), Dump("follower-1", ("k", V2))]));

    [Fact]
    public void A_lost_write_is_seen() => Assert.Equal(["No acknowledged write is lost", Held], Failed([Success(V2)], [Dump("leader", ("k", V1)), Dump("follower-1", ("k", V1))]));

    [Fact]
    public void A_replica_that_lacks_one_is_seen() => Assert.Equal([Held, Equal], Failed([Success(V2)], [Dump("leader", ("k", V2)), Dump("follower-1")]));

    [Fact]
    public void A_replica_that_does_not_answer_is_not_equal() =>
        Assert.Equal([Held, Equal], Failed([Success(V2)], [Dump("leader", ("k", V2)), new ReplicaDump("follower-1", null)]));

    [Fact]
    public void What_never_got_quiet_is_not_equal() => Assert.Equal([Equal], Failed([Success(V2)], [Dump("leader", ("k", V2))], settled: false));

    [Fact]
    public void A_version_given_twice_or_backwards_is_seen()
    {
        Assert.Equal([Increase], Failed([Success(V2), Success(V2)], [Dump("leader", ("k", V2))]));
        Assert.Equal([Increase], Failed([Success(V2), Success(V1)], [Dump("leader", ("k", V2))]));
    }

    [Fact]
    public void Success_without_enough_acks_and_shortfall_with_enough_are_seen()
    {
        Assert.Equal([Counted], Failed([Success(V1, acks: 1)], [Dump("leader", ("k", V1))]));
        Assert.Equal(["Without success, fewer than W were seen to acknowledge"], Failed([Success(V1), new WriteSeen(WriteStatus.PartialSuccess, V2, 2, 2, TimeSpan.Zero, null)], [Dump("leader", ("k", V2))]));
    }

    [Fact]
    public void A_version_that_goes_back_is_seen_but_not_over_a_crash()
    {
        ClusterNode[] nodes = [new("leader", true, true), new("follower-1", false, true)];
        var checks = new ChaosChecks();
        checks.Look([Dump("follower-1", ("k", V2))], nodes);
        checks.Emptied("follower-1");
        checks.Look([Dump("follower-1", ("k", V1))], nodes);
        Assert.Empty(Failed([Success(V1)], [Dump("leader", ("k", V1))], checks));
        checks.Look([Dump("follower-1")], nodes);
        Assert.Equal([Forward], Failed([Success(V1)], [Dump("leader", ("k", V1))], checks));
    }

    [Fact]
    public void A_run_without_any_acknowledged_write_proves_nothing() => Assert.Equal(["Clients could write at all"], Failed([], [Dump("leader")]));
}
