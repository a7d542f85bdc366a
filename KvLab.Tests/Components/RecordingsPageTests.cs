using AngleSharp.Dom;
using Bunit;
using KvLab.Tests.Infrastructure;
using KvLab.Tests.Recordings;
using KvLab.Web.Components.Pages;
using KvLab.Web.Options;
using KvLab.Web.Recordings;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>The list of recordings over a real store, without a lab that records.</summary>
[Trait("Category", "Component")]
public sealed class RecordingsPageTests : PageTest, IAsyncDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("kvlab-recpage-").FullName;
    private readonly RecordingStore _store;

    public RecordingsPageTests()
    {
        var options = new RecordingOptions { Enabled = false, MaxMegabytes = 1 };
        _store = new RecordingStore(_data, options);
        Services.AddSingleton(options);
        Services.AddSingleton(_store);
        Services.AddSingleton(new Recorder(_store, options, Clock, NullLogger<Recorder>.Instance));
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_data, recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task<string> AddAsync() => (await _store.ImportAsync(new MemoryStream(Recorded.Small()), Xunit.TestContext.Current.CancellationToken)).Id;

    [Fact]
    public void Where_recording_is_off_it_says_so_and_how_to_begin()
    {
        var page = Show<RecordingsPage>(Idle);
        Assert.Contains("recording is switched off (Recording:Enabled)", page.Text("recordings-empty"), StringComparison.Ordinal);
        Assert.Contains("with all keys and values", page.Text("recordings-contain"), StringComparison.Ordinal);
        Assert.Contains("at most 1 MB", page.Text("recordings-contain"), StringComparison.Ordinal);
        Assert.False(page.Has("recording-stop"));
    }

    [Fact]
    public async Task What_was_taken_in_can_be_opened_exported_and_seen_in_the_diagram()
    {
        var id = await AddAsync();
        var page = Show<RecordingsPage>(Idle);
        Assert.Equal("closed", page.At($"recording-{id}").GetAttribute("data-state"));
        Assert.Equal($"./replay/{id}", page.At($"recording-open-{id}").GetAttribute("href"));
        Assert.Equal($"./timeline?recording={id}", page.At($"recording-timeline-{id}").GetAttribute("href"));
        Assert.Equal($"./api/recordings/{id}/file", page.At($"recording-file-{id}").GetAttribute("href"));
    }

    [Fact]
    public async Task It_is_deleted_only_when_that_was_said_twice()
    {
        var id = await AddAsync();
        var page = Show<RecordingsPage>(Idle);
        page.At($"recording-delete-{id}").Click();
        Assert.Equal("Confirm deletion", page.Text($"recording-delete-{id}"));
        Assert.Single(_store.List());
        page.At($"recording-delete-{id}").Click();
        page.Until(() => page.Has("recordings-empty"));
        Assert.Empty(_store.List());
    }

    [Fact]
    public void A_file_that_is_no_recording_is_refused_in_words_and_the_list_stays()
    {
        var page = Show<RecordingsPage>(Idle);
        page.Cut.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("no recording at all", "x.kvrec"));
        page.Until(() => page.Has("recordings-error"));
        Assert.Contains("recording", page.Text("recordings-error"), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(_store.List());
    }

    [Fact]
    public async Task Another_recording_that_appears_is_listed_within_two_seconds()
    {
        var page = Show<RecordingsPage>(Idle);
        var id = await AddAsync();
        Clock.Advance(TimeSpan.FromSeconds(2));
        page.Until(() => page.Has($"recording-{id}"));
    }
}
