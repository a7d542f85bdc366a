using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>What was counted and listed of a cluster ends with it: with a reset, and with a change of storage.</summary>
[Trait("Category", "Unit")]
public sealed class ReducerResetTests
{
    public static TheoryData<string> Ends { get; } = ["reset", "change of storage"];

    [Theory]
    [MemberData(nameof(Ends))]
    public void Lists_and_counters_of_the_former_cluster_end_with_it(string how)
    {
        var story = Broken();
        var before = story.Snapshot;
        Assert.Equal((1L, 1, 1, 1L), (before.RolledBackCount, before.RolledBack.Length, before.Syncs.Length, before.Links[0].RequestsLost));
        Assert.True(before.Events.Discarded > 0 && before.Kpis.Writes > 0 && before.Nodes[1].Refused > 0 && before.Durability.Counts.Acknowledged > 0);
        Assert.NotEmpty(before.Availability.Points);

        story.Time.Advance(TimeSpan.FromSeconds(5));
        if (how == "reset") foreach (var node in before.Nodes) story.Tell(node.Id, EventKind.StoreCleared);
        else story.Observer.Tell(new ClusterRenewed());

        var now = story.Snapshot;
        Assert.Equal((0L, 0, 0), (now.RolledBackCount, now.RolledBack.Length, now.Syncs.Length));
        Assert.Equal((0L, 0L, 0L), (now.Kpis.Writes, now.Kpis.RefusedStale, now.Events.Discarded));
        Assert.All(now.Nodes, n => Assert.Equal((0L, 0L, 0L, 0), (n.Applied, n.Refused, n.Failed, n.Keys)));
        Assert.All(now.Links, l => Assert.Equal((0L, 0L, 0L), (l.RequestsLost, l.AnswersLost, l.Refused)));
        Assert.Empty(now.Keys);
        Assert.Empty(now.Writes);
        Assert.Empty(now.Latencies);
        Assert.Empty(now.Availability.Points);
        Assert.Empty(now.Availability.Marks);
        Assert.Empty(now.Figures.Before);
        Assert.Equal((0L, 0L), (now.Durability.Counts.Acknowledged, now.Durability.Counts.Lost));
        Assert.Equal(story.Time.GetUtcNow(), now.Since);
        Assert.Equal(how == "reset" ? [EventKind.StoreCleared, EventKind.StoreCleared, EventKind.StoreCleared] : [], now.Events.NewestFirst().Select(e => e.Kind));
    }

    [Fact]
    public void Events_that_came_with_the_reset_in_one_batch_belong_to_the_new_cluster()
    {
        var story = Story.OfCluster(2);
        var last = story.Tell("leader", EventKind.NodeReady, settings: new LiveSettings());
        NodeEvent After(int n, EventKind kind) => last with { Sequence = last.Sequence + n, Kind = kind, Key = "k", Epoch = 1, Version = n, Settings = null };
        story.Send(After(1, EventKind.WriteAccepted), After(2, EventKind.StoreCleared), After(3, EventKind.WriteAccepted));
        Assert.Equal([EventKind.WriteAccepted, EventKind.StoreCleared], story.Snapshot.Events.NewestFirst().Select(e => e.Kind));
        Assert.Equal(1, story.Snapshot.Kpis.Writes);
    }

    [Fact]
    public void Faults_and_settings_are_not_data_and_stay()
    {
        var story = Broken();
        var settings = story.Snapshot.Settings;
        story.Tell("leader", EventKind.StoreCleared);
        Assert.Equal(settings, story.Snapshot.Settings);
        Assert.Equal(LinkMode.Refuse, story.Snapshot.Links[0].Faults.Mode);
    }

    [Fact]
    public void The_settings_that_were_seen_first_are_remembered_as_those_of_the_start()
    {
        var story = Story.OfCluster(2, new LiveSettings { WriteQuorum = 1 });
        story.Tell("leader", EventKind.SettingsChanged, settings: new LiveSettings { WriteQuorum = 2, Seed = 9 });
        Assert.Equal((new LiveSettings { WriteQuorum = 1 }, 2), (story.Snapshot.StartSettings, story.Snapshot.Settings!.WriteQuorum));
    }

    [Fact]
    public void A_view_of_the_log_from_before_the_reset_still_reads_what_it_was_made_of()
    {
        var log = new EventLog(1000);
        NodeEvent Event(long n) => new() { Node = "leader", Incarnation = "a", Sequence = n, Kind = EventKind.WriteAccepted };
        for (var n = 1; n <= 1500; n++) log.Add(Event(n));
        var before = log.View();
        log.ForgetBefore(1400);
        var after = log.View();
        Assert.Equal((100, 0L, 1400L, 1401L), (after.Count, after.Discarded, after.First, after[0].Sequence));
        Assert.Equal(1500, before[before.Count - 1].Sequence);
        for (var n = 1501; n <= 3000; n++) log.Add(Event(n));
        var later = log.View();
        Assert.Equal(3000 - later.Count, later.First);
        Assert.Equal(later.First - 1400, later.Discarded);
        Assert.Equal((later.First + 1, 3000L), (later[0].Sequence, later[later.Count - 1].Sequence));
    }

    private static Story Broken()
    {
        var story = Story.OfCluster(2, new LiveSettings { WriteQuorum = 1 });
        story.Accept(1, "k");
        story.Replicate(1, "k", 1, ("follower-1", 1), ("follower-2", 1));
        story.Ack(1, "k", "follower-1", 1);
        story.Answer(1, "k", 1, 1, 1);
        story.Refuse("follower-1", 1, "k", 2);
        story.Tell("leader", EventKind.SettingsChanged, settings: new LiveSettings { WriteQuorum = 2 });
        story.Accept(2, "k");
        story.Answer(2, "k", 1, 2, 1, success: false);
        var change = story.Tell("leader", EventKind.FollowerCaughtUp, peer: "follower-1", acks: 1);
        story.Send(change with { Sequence = change.Sequence + 1, Kind = EventKind.LinkChanged, Link = new LinkFaults { Mode = LinkMode.Refuse } });
        story.Send(change with { Sequence = change.Sequence + 2, Kind = EventKind.MessageLost, Reason = "lost" });
        story.Tell("follower-2", EventKind.EntryRolledBack, "k", 1, "\"x\"");
        var chatter = story.Tell("follower-2", EventKind.DashboardNotice);
        for (var i = 0; i <= StateLimits.Events; i += 1000)
            story.Send([.. Enumerable.Range(i + 1, 1000).Select(n => chatter with { Sequence = chatter.Sequence + n })]);
        return story;
    }

    [Fact]
    public void A_row_that_nobody_holds_any_more_goes_with_the_roll_back_and_none_is_left_by_a_reset()
    {
        var story = Story.OfCluster(2);
        story.Accept(1, "ghost");
        var rolledBack = story.Tell("leader", EventKind.EntryRolledBack, "ghost", 1, "\"x\"");
        Assert.Empty(story.Snapshot.Keys);
        story.Accept(2, "again");
        story.Tell("leader", EventKind.StoreCleared);
        Assert.Empty(story.Snapshot.Keys);
        Assert.Empty(story.Snapshot.KeyOrder);
        Assert.NotNull(rolledBack);
    }
}
