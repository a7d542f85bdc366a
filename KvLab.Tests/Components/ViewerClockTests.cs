using KvLab.Web.Components.View;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Unit")]
public sealed class ViewerClockTests
{
    private static readonly DateTimeOffset Winter = new(2026, 1, 31, 23, 30, 5, 120, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Winter);

    [Theory]
    [InlineData("Europe/Berlin", "2026-02-01 00:30:05.120, Europe/Berlin (UTC+01:00)")]
    [InlineData("America/New_York", "2026-01-31 18:30:05.120, America/New_York (UTC-05:00)")]
    [InlineData("Asia/Kolkata", "2026-02-01 05:00:05.120, Asia/Kolkata (UTC+05:30)")]
    [InlineData("UTC", "2026-01-31 23:30:05.120, UTC")]
    public void A_time_is_that_of_the_viewer_and_says_so(string zone, string title)
    {
        var clock = new ViewerClock(_time);
        clock.Use(zone, 0);
        Assert.Equal(title, clock.Title(Winter));
    }

    [Fact]
    public void Summer_has_its_own_distance_and_today_is_the_viewers_day()
    {
        var clock = new ViewerClock(_time);
        clock.Use("Europe/Berlin", 60);
        Assert.Equal("Europe/Berlin (UTC+02:00)", clock.NameOf(Winter.AddMonths(6)));
        Assert.Equal("today 00:30", clock.When(Winter));
        Assert.Equal("yesterday 23:30", clock.When(Winter.AddHours(-1)));
        Assert.Equal("2026-01-30 00:30", clock.When(Winter.AddDays(-2)));
    }

    [Theory]
    [InlineData("Moon/Tranquillity", 90, "Moon/Tranquillity (UTC+01:30)")]
    [InlineData("Moon/Tranquillity", 100_000, "UTC")]
    [InlineData("", 90, "UTC")]
    [InlineData(null, 90, "UTC")]
    public void A_zone_that_this_machine_does_not_know_is_the_browsers_distance_from_UTC(string? zone, int minutesEast, string name)
    {
        var clock = new ViewerClock(_time);
        clock.Use(zone, minutesEast);
        Assert.Equal(name, clock.NameOf(Winter));
    }
}
