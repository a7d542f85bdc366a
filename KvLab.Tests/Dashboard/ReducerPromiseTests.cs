using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation;
using KvLab.Core.Replication;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>What clients were told by a leader that ended before it could report it.</summary>
[Trait("Category", "Unit")]
public sealed class ReducerPromiseTests
{
    [Fact]
    public void A_promise_that_only_the_client_heard_counts_although_the_leader_died_before_it_could_report()
    {
        var clients = new ClientOutcomes(TimeProvider.System);
        var story = new Story(clients);
        story.Join(NodeRoles.Leader, "leader");
        story.Join(NodeRoles.Follower, "follower-1");
        story.Accept(1, "k1");
        clients.Answered(new ClientAnswer(new AcknowledgedWrite(new EntryVersion(1, 1), "k1", "leader", 1, 1, story.Time.GetUtcNow()), true));
        story.Observer.Tell(new ProcessChanged("leader", NodeState.Stopped, null, null));
        Assert.Equal(0, story.Snapshot.Durability.Counts.Acknowledged);
        story.Time.Advance(TimeSpan.FromMilliseconds(ClusterReducer.ReportPatienceMs + 1));
        var row = Assert.Single(story.Snapshot.Durability.Lost);
        Assert.Equal("W = 1: 1 follower had acknowledged (which ones was not reported by then); leader was killed, and no other node held it.", row.Why);
        Assert.Null(story.Observer.TakeSnapshot());
    }

    [Fact]
    public void Reads_that_went_backwards_are_counted_until_the_lab_is_emptied()
    {
        var clients = new ClientOutcomes(TimeProvider.System);
        var story = new Story(clients);
        story.Join(NodeRoles.Leader, "leader");
        clients.WentBackwards();
        clients.WentBackwards();
        Assert.Equal(2, story.Snapshot.ReadsBackwards);
        story.Observer.Tell(new ClusterRenewed());
        Assert.Equal(0, story.Snapshot.ReadsBackwards);
    }

    [Fact]
    public void While_a_leader_may_still_tell_nothing_that_it_promised_is_called_lost()
    {
        var (story, clients) = Told();
        clients.Answered(Promise(story, 2));
        Assert.Equal(0, story.Snapshot.Durability.Counts.Acknowledged);
        story.Time.Advance(TimeSpan.FromMilliseconds(ClusterReducer.ReportPatienceMs + 1));
        Assert.Equal((0, 0), (story.Snapshot.Durability.Counts.Acknowledged, story.Snapshot.Durability.Counts.Lost));
        story.Accept(2, "k2");
        story.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((1, 0), (story.Snapshot.Durability.Counts.Acknowledged, story.Snapshot.Durability.Counts.Lost));
        Assert.Equal("leader", Assert.Single(story.Snapshot.Durability.Latest[0].HeldNow));
    }

    [Fact]
    public void A_leader_that_runs_and_never_tells_is_waited_for_no_longer_than_a_quarter_of_a_minute()
    {
        var (story, clients) = Told();
        clients.Answered(Promise(story, 2));
        Assert.Equal(0, story.Snapshot.Durability.Counts.Acknowledged);
        story.Time.Advance(TimeSpan.FromMilliseconds(ClusterReducer.ReportPatienceMs + ClusterReducer.SilencePatienceMs + 1));
        Assert.Equal(1, story.Snapshot.Durability.Counts.Acknowledged);
    }

    [Fact]
    public void Nobody_waits_for_the_report_of_a_leader_that_has_ended_once_a_holder_is_known()
    {
        var (story, clients) = Told();
        story.Replicate(1, "k1", 1, ("follower-1", 5));
        clients.Answered(Promise(story, 1));
        story.Observer.Tell(new ProcessChanged("leader", NodeState.Stopped, null, null));
        Assert.Equal(0, story.Snapshot.Durability.Counts.Acknowledged);
        story.Apply("follower-1", 1, "k1");
        story.Observer.Tell(new NodeDisconnected("leader", "first"));

        Assert.Equal((1, 0), (story.Snapshot.Durability.Counts.Acknowledged, story.Snapshot.Durability.Counts.Lost));
        Assert.Equal(["follower-1"], Assert.Single(story.Snapshot.Durability.Latest).HeldNow);
        // Told once, also where the report is on its way after all.
        var write = Assert.Single(story.Snapshot.Writes);
        Assert.Equal((WriteStatus.Success, 1), (write.Status, write.Acks));
        Assert.Equal(1, story.Snapshot.Kpis.Success);
        Assert.Equal(0, Assert.Single(story.Snapshot.Durability.Gaps).Unanswered);
    }

    [Fact]
    public void What_a_leader_told_others_after_its_last_report_is_not_known_and_said_so()
    {
        var (story, _) = Told();
        story.Accept(2, "k2");
        story.Time.Advance(TimeSpan.FromMilliseconds(250));
        story.Observer.Tell(new ProcessChanged("leader", NodeState.Stopped, null, null));

        var gap = Assert.Single(story.Snapshot.Durability.Gaps);
        Assert.Equal(("leader", 2), (gap.Node, gap.Unanswered));
        Assert.StartsWith("Not known: how leader answered its direct clients in the last 0.25 s before it stopped", gap.Sentence, StringComparison.Ordinal);
        Assert.Contains("how it answered 2 accepted writes", gap.Sentence, StringComparison.Ordinal);
        Assert.Contains("is not known", Explain.Plain.Write(story.Snapshot.Writes[0]), StringComparison.Ordinal);

        // A report that was on its way says what is known after all.
        story.Answer(2, "k2", 0, 0, 1);
        Assert.Equal(1, Assert.Single(story.Snapshot.Durability.Gaps).Unanswered);
    }

    [Fact]
    public void A_partial_answer_that_only_the_client_heard_is_counted_and_promises_nothing()
    {
        var clients = new ClientOutcomes(TimeProvider.System);
        var story = new Story(clients);
        story.Join(NodeRoles.Leader, "leader");
        clients.Answered(new ClientAnswer(new AcknowledgedWrite(new EntryVersion(1, 1), "k1", "leader", 2, 1, story.Time.GetUtcNow()), false));
        story.Observer.Tell(new ProcessChanged("leader", NodeState.Stopped, null, null));
        story.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((0, 1), (story.Snapshot.Durability.Counts.Acknowledged, story.Snapshot.Availability.Points.Sum(p => p.Partial)));
    }

    [Fact]
    public void A_promise_and_its_report_are_one_write()
    {
        var clients = new ClientOutcomes(TimeProvider.System);
        var story = new Story(clients);
        story.Join(NodeRoles.Leader, "leader");
        story.Accept(1, "k1");
        clients.Answered(new ClientAnswer(new AcknowledgedWrite(new EntryVersion(1, 1), "k1", "leader", 0, 0, story.Time.GetUtcNow()), true));
        story.Answer(1, "k1", 0, 0, 1);
        story.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((1, 1), (story.Snapshot.Durability.Counts.Acknowledged, story.Snapshot.Availability.Points.Sum(p => p.Success)));
    }

    private static (Story Story, ClientOutcomes Clients) Told()
    {
        var clients = new ClientOutcomes(TimeProvider.System);
        var story = new Story(clients);
        story.Join(NodeRoles.Leader, "leader");
        story.Join(NodeRoles.Follower, "follower-1");
        story.Tell("leader", EventKind.LeaderRecovered, version: 1);
        story.Accept(1, "k1");
        return (story, clients);
    }

    private static ClientAnswer Promise(Story story, long version) =>
        new(new AcknowledgedWrite(new EntryVersion(1, version), $"k{version}", "leader", 1, 1, story.Time.GetUtcNow()), true);
}
