using System.Globalization;
using Bunit;
using KvLab.Core.Observation.Messages;
using KvLab.Tests.Infrastructure;
using KvLab.Tests.Replay;
using KvLab.Web.Components.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>How a recording is taken to a moment; that the moment is shown as it was is claimed elsewhere (<c>Replay/RewindTests.cs</c>).</summary>
[Trait("Category", "Component")]
public sealed class ReplayBarTests : PageTest
{
    private readonly MemoryTape _tape = MemoryTape.Of("story-failover-wn");

    private Page Open(string recording = "r1")
    {
        Recordings.Add("r1", _tape);
        Services.GetRequiredService<NavigationManager>().NavigateTo($"replay/{recording}");
        return Show(content =>
        {
            content.OpenComponent<ReplayPage>(0);
            content.AddAttribute(1, nameof(ReplayPage.Recording), recording);
            content.CloseComponent();
        });
    }

    private static double Ms(Page page) => double.Parse(page.At("replay-at").GetAttribute("data-ms")!, CultureInfo.InvariantCulture);

    /// <summary>Whoever looks for what is worth seeing has done.</summary>
    private static void UntilCounted(Page page) => page.Until(() => page.Has("replay-write") && !page.At("replay-write").HasAttribute("disabled"));

    [Fact]
    public void A_recording_that_is_not_there_is_said_to_be_missing()
    {
        var page = Open("r2");
        page.Until(() => page.Text("replay-missing") == "There is no recording “r2”. See Recordings for the list.");
        Assert.False(page.Has("replay-bar"));
    }

    [Fact]
    public void It_opens_at_its_beginning_and_is_never_taken_for_the_present()
    {
        var page = Open();
        page.Until(() => page.Has("replay-label"));
        Assert.Equal((0.0, "true"), (Ms(page), page.At("root").GetAttribute("data-past")));
        Assert.Contains("the recording r1", page.Text("replay-label"), StringComparison.Ordinal);
        Assert.All((string[])["write-submit", "burst-start", "pause-view"], command => Assert.False(page.Has(command), command));
    }

    [Fact]
    public async Task Steps_go_by_event_and_by_write_and_say_where_there_is_none()
    {
        var page = Open();
        UntilCounted(page);
        await page.At("replay-write-back").ClickAsync(new());
        Assert.Equal("There is no write before this moment.", page.Text("replay-said"));

        var writes = _tape.All.Where(o => o.What is EventsReceived e && e.Batch.Events.Any(x => x.Kind == Core.Events.EventKind.WriteAccepted)).Select(o => (double)(o.At.Ms - _tape.First!.Value.Ms)).ToList();
        await page.At("replay-write").ClickAsync(new());
        Assert.Equal((writes[0], ""), (Ms(page), page.Text("replay-said")));
        await page.At("replay-event-back").ClickAsync(new());
        await page.At("replay-event").ClickAsync(new());
        Assert.Equal(writes[0], Ms(page));
        Assert.Contains($"at={writes[0].ToString("0.###", CultureInfo.InvariantCulture)}", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stretch_is_marked_at_two_moments_and_is_a_link_to_its_file()
    {
        var page = Open();
        UntilCounted(page);
        await page.At("replay-write").ClickAsync(new());
        var from = Ms(page);
        await page.At("replay-stretch").QuerySelector("button")!.ClickAsync(new());
        Assert.False(page.Has("replay-stretch-file"));
        await page.At("replay-stretch-from").ClickAsync(new());
        await page.At("replay-stretch").QuerySelector("button")!.ClickAsync(new());
        page.Until(() => page.Has("replay-stretch-file"));
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"./api/recordings/r1/file?from={from:0.###}"), page.At("replay-stretch-file").GetAttribute("href"));
    }
}
