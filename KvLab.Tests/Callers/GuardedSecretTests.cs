using System.Net;
using KvLab.Core.Callers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Callers;

[Trait("Category", "Unit")]
public sealed class GuardedSecretTests
{
    private static readonly IPAddress Somebody = IPAddress.Parse("192.168.1.20");

    private readonly FakeTimeProvider _clock = new();
    private readonly GuardedSecret _secret;

    public GuardedSecretTests() => _secret = new GuardedSecret("right-one", _clock);

    private bool Try(string given, IPAddress? caller, out TimeSpan? wait) => _secret.IsRight(given, caller, out wait);

    [Fact]
    public void After_ten_wrong_tries_the_right_one_has_to_wait_too_and_only_there()
    {
        for (var i = 0; i < GuardedSecret.MostWrong; i++)
        {
            Assert.False(Try($"wrong-{i}", Somebody, out var none));
            Assert.Null(none);
        }

        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.False(Try("right-one", Somebody, out var wait));
        Assert.Equal(TimeSpan.FromSeconds(40), wait);
        Assert.True(Try("right-one", IPAddress.Parse("192.168.1.21"), out _));
        _clock.Advance(TimeSpan.FromSeconds(40));
        Assert.True(Try("right-one", Somebody, out _));
    }

    [Fact]
    public void The_right_one_may_be_said_as_often_as_one_likes() =>
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.True(Try("right-one", Somebody, out var _)));

    [Fact]
    public void Addresses_of_one_network_of_version_6_are_one_caller_and_so_are_both_forms_of_version_4()
    {
        for (var i = 0; i < GuardedSecret.MostWrong; i++) Try("wrong", IPAddress.Parse($"2001:db8:1:2::{i + 1}"), out _);
        Assert.False(Try("right-one", IPAddress.Parse("2001:db8:1:2::ffff"), out _));
        Assert.True(Try("right-one", IPAddress.Parse("2001:db8:1:3::1"), out _));
        for (var i = 0; i < GuardedSecret.MostWrong; i++) Try("wrong", Somebody, out _);
        Assert.False(Try("right-one", Somebody.MapToIPv6(), out _));
    }

    [Fact]
    public void Guesses_at_one_instant_are_counted_one_by_one()
    {
        var judged = 0;
        Parallel.For(0, 1_000, i =>
        {
            Try($"guess-{i}", Somebody, out var wait);
            if (wait is null) Interlocked.Increment(ref judged);
        });
        Assert.Equal(GuardedSecret.MostWrong, judged);
    }

    [Fact]
    public void Callers_beyond_those_that_are_remembered_share_one_bound_until_there_is_room_again()
    {
        var bound = new RateBound(2, TimeSpan.FromMinutes(1), _clock);
        for (var i = 0; i < RateBound.RememberedCallers; i++) Assert.Null(bound.Take($"caller-{i}"));
        Assert.Null(bound.Take("late-1"));
        Assert.Null(bound.Take("late-2"));
        Assert.NotNull(bound.Take("late-3"));
        // Whoever is remembered has his own bound.
        Assert.Null(bound.Take("caller-0"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(bound.Take("late-3"));
    }

    [Fact]
    public void On_this_machine_a_node_with_a_wrong_token_does_not_lock_out_the_others()
    {
        var token = new CallerToken("right-one", _clock);
        for (var i = 0; i < 100; i++) Assert.False(token.IsRight("wrong", IPAddress.Loopback, out _));
        Assert.True(token.IsRight("right-one", IPAddress.Loopback, out _));
        for (var i = 0; i < 100; i++) Assert.False(token.IsRight("wrong", Somebody, out _));
        Assert.False(token.IsRight("right-one", Somebody, out var wait));
        Assert.NotNull(wait);
        Assert.False(token.IsRight(null, IPAddress.Parse("10.0.0.1"), out var none));
        Assert.Null(none);
    }
}
