using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class EventFilterTests
{
    private static readonly NodeEvent Refusal = new()
    {
        Node = "follower-4",
        Incarnation = "a",
        Sequence = 7,
        Kind = EventKind.EntryRefused,
        Key = "k1",
        Epoch = 1,
        Version = 12,
        Value = "\"Hello\"",
        HeldEpoch = 1,
        HeldVersion = 17,
        Peer = "leader",
    };

    [Fact]
    public void The_empty_filter_lets_everything_through()
    {
        Assert.True(EventFilter.None.IsEmpty);
        Assert.True(new EventFilter("", null, "", " ").IsEmpty);
        Assert.True(new EventFilter("", null, "", " ").Matches(Refusal, Labels.Plain));
    }

    [Theory]
    [InlineData("follower-4", null, null, null, true)]
    [InlineData("leader", null, null, null, false)]
    [InlineData(null, EventKind.EntryRefused, null, null, true)]
    [InlineData(null, EventKind.EntryApplied, null, null, false)]
    [InlineData(null, null, "k1", null, true)]
    [InlineData(null, null, "k", null, false)]
    [InlineData(null, null, null, "hello", true)]
    [InlineData(null, null, null, "entry_REFUSED", true)]
    [InlineData(null, null, null, "5 versions older", true)]
    [InlineData(null, null, null, "v13", false)]
    [InlineData("follower-4", EventKind.EntryRefused, "k1", "v17", true)]
    [InlineData("follower-4", EventKind.EntryRefused, "k2", "v17", false)]
    public void All_that_is_given_must_match(string? node, EventKind? kind, string? key, string? text, bool matches) =>
        Assert.Equal(matches, new EventFilter(node, kind, key, text).Matches(Refusal, Labels.Plain));

    [Fact]
    public void A_nodes_events_include_what_the_dashboard_reports_about_it()
    {
        var crash = new NodeEvent { Node = "dashboard", Incarnation = "d", Sequence = 1, Kind = EventKind.ProcessCrashed, Peer = "follower-4" };
        Assert.True(new EventFilter("follower-4").Matches(crash, Labels.Plain));
        Assert.False(new EventFilter("follower-3").Matches(crash, Labels.Plain));
    }

    [Fact]
    public void Every_kind_has_the_name_that_json_gives_it() => Assert.All(Enum.GetValues<EventKind>(), kind =>
    {
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(kind), $"\"{EventKindNames.NameOf(kind)}\"");
        Assert.True(EventKindNames.TryParse(EventKindNames.NameOf(kind), out var parsed));
        Assert.Equal(kind, parsed);
    });
}
