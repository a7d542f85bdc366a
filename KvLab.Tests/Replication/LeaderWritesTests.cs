using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;
using KvLab.Tests.Storage;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>Version and store in one step per key, seen with a leader whose store takes 10 ms per entry.</summary>
[Trait("Category", "Unit")]
public sealed class LeaderWritesTests
{
    private readonly VirtualWorld _world = new(seed: 29);

    private LabCluster Cluster(LiveSettings settings) => new(_world, 1, settings with { MinDelayMs = 0, MaxDelayMs = 0 }, new LabParts
    {
        LeaderStore = () => new SlowStore(_world.Time, TimeSpan.FromMilliseconds(10)),
    });

    [Fact]
    public void Writes_of_one_key_are_stored_one_after_the_other_in_the_order_of_their_versions()
    {
        var cluster = Cluster(new LiveSettings { WriteQuorum = 1 });
        var answers = Enumerable.Range(0, 3).Select(i => cluster.StartWrite("k", $"{i}")).ToList();
        _world.RunToRest();

        Assert.Equal([10, 20, 30], answers.Select(a => a.Result.Elapsed.TotalMilliseconds));
        Assert.Equal([1, 2, 3], cluster.Steps.Where(s => s.Node == "leader").Select(s => s.Offered.Counter));
        Assert.All(cluster.Log.Of(EventKind.WriteAccepted), e => Assert.Equal(e.EntryVersion, e.Held));
    }

    [Fact]
    public void The_time_that_storing_took_is_told_where_it_is_worth_telling()
    {
        var cluster = Cluster(new LiveSettings { WriteQuorum = 1 });
        cluster.StartWrite("k");
        _world.RunToRest();
        Assert.Equal(10, Assert.Single(cluster.Log.Of(EventKind.WriteAccepted)).ElapsedMs);
        Assert.Null(Assert.Single(cluster.Log.Of(EventKind.EntryApplied)).ElapsedMs);
    }

    [Fact]
    public void Writes_of_other_keys_do_not_wait()
    {
        var cluster = Cluster(new LiveSettings { WriteQuorum = 1 });
        var answers = Enumerable.Range(0, 5).Select(i => cluster.StartWrite($"k{i}")).ToList();
        _world.RunToRest();
        Assert.All(answers, a => Assert.Equal(10, a.Result.Elapsed.TotalMilliseconds));
    }

    [Fact]
    public void Nothing_is_sent_before_the_leader_holds_it()
    {
        var cluster = Cluster(new LiveSettings { WriteQuorum = 1 });
        cluster.StartWrite("k");
        _world.Advance(9.9);
        Assert.Empty(cluster.Log.Of(EventKind.ReplicationStarted));
        _world.Advance(0.1);
        Assert.Single(cluster.Log.Of(EventKind.ReplicationStarted));
    }

    [Fact]
    public void The_deadline_counts_from_the_clients_call_the_store_included()
    {
        var cluster = Cluster(new LiveSettings { WriteQuorum = 1, ReplicationTimeoutMs = 50 });
        var answer = cluster.StartWrite("k", delaysMs: new Dictionary<string, double> { ["follower-1"] = 45 });
        _world.Advance(50);
        Assert.Equal((AnswerReason.Deadline, 50.0), (answer.Result.Reason, answer.Result.Elapsed.TotalMilliseconds));
    }

    [Fact]
    public void A_store_slower_than_the_deadline_is_waited_for_and_the_answer_comes_right_after_it()
    {
        var cluster = Cluster(new LiveSettings { WriteQuorum = 1, ReplicationTimeoutMs = 5 });
        var answer = cluster.StartWrite("k", delaysMs: new Dictionary<string, double> { ["follower-1"] = 20 });
        _world.Advance(10);
        Assert.Equal((AnswerReason.Deadline, 10.0), (answer.Result.Reason, answer.Result.Elapsed.TotalMilliseconds));
    }
}
