using System.Text;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Web.Api;
using KvLab.Web.Charts;
using KvLab.Web.Components.Panels.Events;
using KvLab.Web.Csv;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>Two writes that both have the number 1101 are never shown as the same version.</summary>
[Trait("Category", "Unit")]
public sealed class VersionLabelTests
{
    /// <summary>Each of the two leaders gave the number 1101 to a write of its own.</summary>
    private static Story Reused()
    {
        var story = Story.OfCluster(2);
        story.Accept(1101, "k", "\"old\"");
        story.Apply("follower-2", 1101, "k", "\"old\"");
        Next(story, "follower-1", EventKind.LeaderPromoted, e => e with { Epoch = 2, Version = 1100 });
        Next(story, "follower-1", EventKind.WriteAccepted, e => e with { Key = "k", Epoch = 2, Version = 1101, Value = "\"new\"", HeldEpoch = 2, HeldVersion = 1101 });
        return story;
    }

    private static NodeEvent Next(Story story, string node, EventKind kind, Func<NodeEvent, NodeEvent> with)
    {
        var e = story.Tell(node, EventKind.NodeSealed);
        var next = with(e with { Sequence = e.Sequence + 1, Kind = kind });
        story.Send(next);
        story.Skip(node);
        return next;
    }

    [Fact]
    public void While_there_is_one_epoch_its_number_is_enough()
    {
        var story = Story.OfCluster(1);
        story.Accept(5, "k");
        Assert.Equal("v5", story.Snapshot.Labels.Version(new EntryVersion(1, 5)));
        Assert.Equal("leader accepted k = \"x\" as v5 and stored it.", story.Snapshot.Explain.Event(story.Snapshot.Events.NewestFirst().First()));
    }

    [Fact]
    public void Where_two_epochs_are_on_screen_every_label_says_which_the_first_one_too()
    {
        var labels = Reused().Snapshot.Labels;
        Assert.Equal(("e1·v1101", "e2·v1101"), (labels.Version(new EntryVersion(1, 1101)), labels.Version(2, 1101)));
        Assert.Equal("nothing", labels.Version(EntryVersion.None));
    }

    [Fact]
    public void Entries_that_a_dashboard_finds_at_its_start_count_too()
    {
        var story = Story.OfCluster(1);
        story.Observer.Tell(new NodeSeeded("leader", "first", [.. new[] { 1L, 4 }.Select(epoch => new Entry($"k{epoch}", JsonText.Of("x"), new EntryVersion(epoch, 9)))], null));
        Assert.True(story.Snapshot.Labels.Epochs);
    }

    [Fact]
    public void A_reset_ends_the_older_epochs_with_the_lists_that_showed_them()
    {
        var story = Reused();
        story.Tell("follower-1", EventKind.StoreCleared);
        Assert.False(story.Snapshot.Labels.Epochs);
        Assert.Equal("e2·v1102", story.Snapshot.Labels.Version(2, 1102));
    }

    [Fact]
    public void Every_event_about_a_version_names_its_epoch_in_the_list_and_in_its_sentence()
    {
        var labels = new Labels(true, "follower-1");
        EventKind[] without = [EventKind.LeaderRecovered, EventKind.LeaderPromoted, EventKind.LeaderSteppedDown];
        foreach (var kind in Enum.GetValues<EventKind>().Except(without))
        {
            var e = new NodeEvent { Node = "follower-1", Incarnation = "a", Sequence = 1, Kind = kind } with
            {
                Key = "k",
                Epoch = 2,
                Version = 1101,
                HeldEpoch = 1,
                HeldVersion = 1101,
                Peer = "follower-2",
                Acks = 1,
                Required = 1,
                Outcome = DeliveryOutcome.Superseded,
                Reason = "success",
                Peers = ["follower-2"],
                DelaysMs = [1],
            };
            foreach (var text in new[] { EventFacts.Brief(e, labels), new Explain(labels).Event(e) })
                Assert.False(text.Contains("1101", StringComparison.Ordinal) && !text.Contains("e2·v1101", StringComparison.Ordinal) && !text.Contains("e1·v1101", StringComparison.Ordinal), $"{kind}: {text}");
            Assert.DoesNotMatch(@"(?<!·)v1101", EventFacts.Brief(e, labels) + new Explain(labels).Event(e));
        }
    }

    [Fact]
    public void A_cell_of_an_older_epoch_is_behind_by_no_number()
    {
        var snapshot = Reused().Snapshot;
        var row = snapshot.Keys["k"];
        Assert.Equal(new CellStatus(CellState.Behind, 0), ReplicaComparison.Compare(row, "follower-2"));
        Assert.StartsWith("behind: follower-2 holds e1·v1101 of k, a write of the older epoch 1; the leader holds e2·v1101.",
            snapshot.Explain.Cell(row, "follower-2", snapshot), StringComparison.Ordinal);
    }

    [Fact]
    public void Exports_and_REST_use_the_words_of_the_page_and_carry_the_epoch_beside_the_number()
    {
        var snapshot = Reused().Snapshot;
        Assert.Equal(["e2·v1101", "e1·v1101"], snapshot.Writes.Select(w => WriteRow.Of(w, snapshot.Explain).Why.Split(' ')[0]));
        Assert.Equal([(2, 1101), (1, 1101)], snapshot.Writes.Select(w => WriteRow.Of(w, snapshot.Explain)).Select(r => (r.Epoch, r.Version)));
        var table = LatencySeries.Table([new LatencyPoint(new(1, 1101), 5, true, 1, 4), new LatencyPoint(new(2, 1101), 6, true, 1, 4)]);
        Assert.Equal([["1", "1101"], ["2", "1101"]], table.Rows.Select(r => r.Take(2)));
    }

    [Fact]
    public async Task The_list_as_csv_has_both_columns_and_the_sentence_of_the_page()
    {
        var snapshot = Reused().Snapshot;
        using var csv = new MemoryStream();
        await EventExport.WriteCsvAsync(csv, snapshot.Events.NewestFirst(), snapshot.Labels, TestContext.Current.CancellationToken);
        var lines = Encoding.UTF8.GetString(csv.ToArray()).Split("\r\n");
        Assert.Contains(",epoch,version,", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains(",k,2,1101,", StringComparison.Ordinal) && l.Contains("as e2·v1101 and stored it.", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains(",k,1,1101,", StringComparison.Ordinal) && l.Contains("as e1·v1101 and stored it.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_text_search_finds_a_version_by_what_the_page_calls_it()
    {
        var snapshot = Reused().Snapshot;
        var found = snapshot.Events.NewestFirst().Where(e => new EventFilter(Text: "e2·v1101").Matches(e, snapshot.Labels)).ToList();
        Assert.Equal([EventKind.WriteAccepted], found.Select(e => e.Kind));
    }

    [Fact]
    public void The_chart_of_latencies_draws_no_line_from_one_epoch_into_another_and_its_axis_says_so()
    {
        LatencyPoint[] points = [new(new(1, 10), 5, true, 1, 4), new(new(1, 12), 5, true, 1, 4), new(new(2, 11), 6, true, 1, 4)];
        var predicted = LatencySeries.Build(points)[2];
        Assert.Equal([10L, 12L, 11L, 11L], predicted.X.Cast<long>());
        Assert.Null(predicted.Y[2]);
        Assert.Equal("version in its epoch (points of epochs 1, 2)", LatencySeries.AxisOf(points));
        Assert.Equal("version (order of writes)", LatencySeries.AxisOf(points[..2]));
    }
}
