using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Simulation;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class ExplainTests
{
    private static NodeEvent Of(EventKind kind, string node = "follower-4") => new()
    {
        Node = node,
        Incarnation = "a",
        Sequence = 1,
        Kind = kind,
        Key = "k1",
        Epoch = 1,
        Version = 12,
        Value = "\"x\"",
    };

    public static TheoryData<EventKind> Kinds => [.. Enum.GetValues<EventKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_has_one_sentence_even_with_the_fewest_facts(EventKind kind)
    {
        var bare = Explain.Plain.Event(new NodeEvent { Node = "n", Incarnation = "a", Sequence = 1, Kind = kind });
        var full = Explain.Plain.Event(Of(kind) with { Peer = "follower-1", Detail = "some detail", Reason = "timeout", ElapsedMs = 3, Acks = 1, Required = 2 });
        Assert.All([bare, full], sentence =>
        {
            Assert.EndsWith(".", sentence);
            Assert.DoesNotContain("..", sentence);
            Assert.DoesNotContain("reported " + EventKindNames.NameOf(kind), sentence);
        });
    }

    [Fact]
    public void A_stale_refusal_names_both_versions_and_the_distance() => Assert.Equal(
        "refused as stale: follower-4 already holds v17 of k1, and was sent v12, 5 versions older.",
        Explain.Plain.Event(Of(EventKind.EntryRefused) with { HeldEpoch = 1, HeldVersion = 17 }));

    [Fact]
    public void A_lost_answer_is_told_apart_from_a_lost_request()
    {
        var lost = Of(EventKind.MessageLost, "leader") with { Peer = "follower-2" };
        Assert.Equal("v12 of k1 was lost on its way to follower-2: it is not applied there, and leader waits until its timeout.",
            Explain.Plain.Event(lost with { Reason = "request_lost" }));
        Assert.Equal("the answer of follower-2 about v12 of k1 was lost: the write is applied there, but leader cannot know that and waits until its timeout.",
            Explain.Plain.Event(lost with { Reason = "answer_lost", Outcome = DeliveryOutcome.Applied }));
        Assert.Contains("the answer of follower-2", Explain.Plain.Event(lost with { Reason = "swallowed", Outcome = DeliveryOutcome.Applied }), StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_are_told_in_words()
    {
        var changed = Of(EventKind.LinkChanged, "leader") with { Peer = "follower-2" };
        Assert.Equal("the link from leader to follower-2 has faults now: requests: 20 % lost; answers: the next 3 lost, delayed by 10 to 15 ms.", Explain.Plain.Event(changed with
        {
            Link = new LinkFaults { Request = new DirectionFaults { LossPercent = 20 }, Answer = new DirectionFaults { DropNext = 3, ExtraDelayMs = 10, JitterMs = 5 } },
        }));
        Assert.Contains("healed", Explain.Plain.Event(changed with { Link = LinkFaults.None }), StringComparison.Ordinal);
        Assert.Contains("partitioned", Explain.Plain.Event(changed with { Link = LinkFaults.Partition }), StringComparison.Ordinal);
        Assert.StartsWith("follower-4 has faults now: slow by 250 ms per request, wall clock 60000 ms behind; versions",
            Explain.Plain.Event(Of(EventKind.NodeFaultsChanged) with { Faults = new NodeFaults { SlowMs = 250, ClockSkewMs = -60_000 } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Over_a_change_of_epoch_no_distance_is_claimed() => Assert.Equal(
        "refused as stale: follower-4 already holds e2·v17 of k1, and was sent v12, of epoch 1 instead of 2.",
        Explain.Plain.Event(Of(EventKind.EntryRefused) with { HeldEpoch = 2, HeldVersion = 17 }));

    [Fact]
    public void A_newer_entry_replaced_in_naive_mode_is_called_so() => Assert.Equal(
        "follower-4 replaced the newer v17 of k1 with v12, 5 versions older, because in naive mode the last arrival wins.",
        Explain.Plain.Event(Of(EventKind.EntryApplied) with { HeldEpoch = 1, HeldVersion = 17, Naive = true }));

    [Fact]
    public void The_start_of_replication_tells_the_quickest_and_the_slowest_and_when_the_client_is_answered() => Assert.Equal(
        "v12 of k1 is sent to 3 followers in parallel, with simulated delays from 12.5 ms (b) to 980 ms (c); the client is answered at the 2nd ack (W = 2).",
        Explain.Plain.Event(Of(EventKind.ReplicationStarted, "leader") with { Peers = ["a", "b", "c"], DelaysMs = [50, 12.5, 980], Required = 2 }));

    [Fact]
    public void A_late_superseded_ack_says_that_it_counts_and_that_it_was_late()
    {
        var sentence = Explain.Plain.Event(Of(EventKind.DeliveryAcked, "leader") with
        {
            Peer = "follower-2",
            Outcome = DeliveryOutcome.Superseded,
            HeldEpoch = 1,
            HeldVersion = 13,
            ElapsedMs = 600,
            DelayMs = 598,
            Late = true,
        });
        Assert.Equal(
            "follower-2 refused v12 of k1 as stale and acked it after 600 ms (of which 598 ms simulated delay), late, after the client was answered: "
            + "its copy, v13, is 1 version newer.", sentence);
    }

    [Fact]
    public void A_partial_success_says_what_was_missing_and_that_nothing_is_undone() => Assert.Equal(
        "the client was answered with partial success after 5000 ms: only 1 of 3 required followers had acknowledged v12 of k1, because the timeout was reached; the write is not undone, replication continues.",
        Explain.Plain.Event(Of(EventKind.WriteAnswered, "leader") with { Reason = "partial_success", Detail = "deadline", ElapsedMs = 5000, Acks = 1, Required = 3 }));

    private static readonly WriteView Write = new(
        new EntryVersion(1, 12), "k1", "\"x\"", 3, WriteStatus.Success, 3, 512.4, "quorum_reached", false, DateTimeOffset.UnixEpoch, []);

    private static DeliveryView Delivery(DeliveryOutcome outcome, long held = 12, bool late = false, string? reason = null, int attempts = 1) =>
        new("follower-4", 500, outcome, outcome == DeliveryOutcome.Pending ? null : 501, late, attempts, held == 0 ? default : new EntryVersion(1, held), reason);

    public static TheoryData<DeliveryOutcome> Outcomes => [.. Enum.GetValues<DeliveryOutcome>()];

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void Every_outcome_has_a_sentence_that_names_follower_and_write(DeliveryOutcome outcome)
    {
        var sentence = Explain.Plain.Delivery(Write, Delivery(outcome));
        Assert.Contains("follower-4", sentence);
        Assert.Contains("v12", sentence);
        Assert.EndsWith(".", sentence);
    }

    [Fact]
    public void A_delivery_refused_as_stale_and_one_given_up_are_told_apart()
    {
        Assert.Equal("refused as stale: follower-4 already holds v17 of k1, and was sent v12, 5 versions older; it still acked after 501 ms, because its copy is newer.",
            Explain.Plain.Delivery(Write, Delivery(DeliveryOutcome.Superseded, held: 17)));
        Assert.Equal("replaced: v12 of k1 is no longer sent to follower-4, because a newer version of the same key is on its way and replaces it; follower-4 has refused nothing.",
            Explain.Plain.Delivery(Write, Delivery(DeliveryOutcome.Replaced, held: 0, reason: "superseded")));
    }

    [Fact]
    public void A_failed_delivery_does_not_claim_that_nothing_is_stored() =>
        Assert.Equal("failed after 501 ms, on attempt 3: follower-4 is not known to have stored v12 of k1, because no answer came in time; it may have done so.",
            Explain.Plain.Delivery(Write, Delivery(DeliveryOutcome.Failed, held: 0, reason: "timeout", attempts: 3)));

    [Fact]
    public void A_write_says_how_it_was_answered()
    {
        Assert.Equal("v12 of k1 was answered with success after 512 ms, when 3 of 3 required followers had acknowledged.", Explain.Plain.Write(Write));
        Assert.Equal("v12 of k1 was answered with success after 0.1 ms without waiting for a follower (W = 0); 1 delivery still under way.",
            Explain.Plain.Write(Write with { Required = 0, Acks = 0, ElapsedMs = 0.1, Deliveries = [Delivery(DeliveryOutcome.Pending)] }));
        Assert.Equal("v12 of k1 waits for its 3rd ack: 1 of 3 required followers have acknowledged.",
            Explain.Plain.Write(Write with { Status = null, Acks = null, ElapsedMs = null, Reason = null, Deliveries = [Delivery(DeliveryOutcome.Applied)] }));
        Assert.Contains("is not known: the leader stopped before it reported an answer", Explain.Plain.Write(Write with { Status = null, Reason = Explain.LeaderEnded }));
        Assert.Contains("because too many followers failed for W to be reached",
            Explain.Plain.Write(Write with { Status = WriteStatus.PartialSuccess, Acks = 1, Reason = "quorum_unreachable" }));
    }

    [Fact]
    public void Every_state_of_a_cell_has_a_sentence_of_its_own()
    {
        var story = Story.OfCluster(4);
        story.Accept(12, "k1", "\"old\"");
        story.Accept(17, "k1", "\"new\"");
        story.Apply("follower-1", 17, "k1", "\"new\"");
        story.Apply("follower-2", 12, "k1", "\"old\"");
        story.Refuse("follower-1", 12, "k1", 17);
        story.Apply("follower-4", 18, "k1", "\"newer\"");
        var snapshot = story.Snapshot;
        var row = snapshot.Keys["k1"];
        string Cell(string node) => snapshot.Explain.Cell(row, node, snapshot);
        Assert.Equal("leader holds v17 of k1; the followers are compared with it.", Cell("leader"));
        Assert.Equal("fresh: follower-1 holds v17 of k1, as the leader does. It refused v12 as stale before.", Cell("follower-1"));
        Assert.Equal("behind: follower-2 holds v12 of k1, 5 versions older than the leader's v17. Deliveries are still under way.", Cell("follower-2"));
        Assert.Equal("missing: follower-3 holds no version of k1; the leader holds v17. Deliveries are still under way.", Cell("follower-3"));
        Assert.StartsWith("ahead: follower-4 holds v18 of k1, newer than the leader's v17.", Cell("follower-4"));
        var conflict = row with { LeaderValue = "\"other\"" };
        Assert.Equal("conflict: follower-1 holds v17 of k1 as the leader does, but with another value. It refused v12 as stale before.", snapshot.Explain.Cell(conflict, "follower-1", snapshot));
    }
}
