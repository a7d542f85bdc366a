using KvLab.Core.Members;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Nodes;

[Trait("Category", "Unit")]
public sealed class KnownLeaderTests
{
    private const string Old = "http://127.0.0.1:8000";
    private const string New = "http://127.0.0.1:8002";
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_follower_names_only_a_leader_that_it_has_heard_from_lately()
    {
        var known = new KnownLeader(Old, _time);
        Assert.Equal(Old, known.Url);
        _time.Advance(KnownLeader.Remembered - TimeSpan.FromSeconds(1));
        known.Hear(Old);
        _time.Advance(KnownLeader.Remembered - TimeSpan.FromSeconds(1));
        Assert.Equal(Old, known.Url);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(known.Url);
        known.Hear(New);
        Assert.Equal(New, known.Url);
    }

    [Fact]
    public void That_one_leads_no_more_says_nothing_of_another()
    {
        var known = new KnownLeader(null, _time);
        Assert.Null(known.Url);
        known.Hear(New);
        known.Forget(Old);
        Assert.Equal(New, known.Url);
        known.Forget(New);
        Assert.Null(known.Url);
    }
}
