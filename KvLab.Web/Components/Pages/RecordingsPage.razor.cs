using KvLab.Web.Components.Parts;
using KvLab.Web.Components.View;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Recordings;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;

namespace KvLab.Web.Components.Pages;

/// <summary>What was recorded here: to be replayed, taken home, taken in. The list is looked at anew every two seconds, which is how often a part is written down.</summary>
public sealed partial class RecordingsPage : IDisposable
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(2);

    private IReadOnlyList<RecordingView> _all = [];
    private ITimer? _timer;
    private Problem? _problem;
    private string? _renaming;
    private string? _deleting;
    private string _name = "";

    [Inject] public required Recorder Recorder { get; init; }
    [Inject] public required RecordingStore Store { get; init; }
    [Inject] public required RecordingOptions Options { get; init; }
    [Inject] public required ViewerClock Clock { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    protected override void OnInitialized()
    {
        _all = Recorder.List();
        _timer = Time.CreateTimer(_ => _ = InvokeAsync(Look), null, Refresh, Refresh);
    }

    private void Look()
    {
        if (_timer is null) return;
        _all = Recorder.List();
        StateHasChanged();
    }

    private Task StartAsync() => TryAsync(() => Recorder.StartAsync(""));

    private Task StopAsync() => TryAsync(Recorder.StopRecordingAsync);

    private async Task RenameAsync()
    {
        if (_renaming is not { } id) return;
        await TryAsync(() => Recorder.RenameAsync(id, _name.Trim()));
        _renaming = null;
    }

    /// <summary>Asked for twice, because it cannot be taken back.</summary>
    private Task Delete(string id)
    {
        if (_deleting != id)
        {
            _deleting = id;
            return Task.CompletedTask;
        }

        _deleting = null;
        return TryAsync(() =>
        {
            Store.Delete(id);
            return Task.CompletedTask;
        });
    }

    private Task ImportAsync(InputFileChangeEventArgs chosen) => TryAsync(async () =>
    {
        if (chosen.File.Size > Options.MaxBytes) throw Store.TooLarge();
        await using var file = chosen.File.OpenReadStream(Options.MaxBytes);
        await Store.ImportAsync(file, CancellationToken.None);
    });

    private async Task TryAsync(Func<Task> what)
    {
        _problem = null;
        _problem = await Problem.OfAsync(what, "The other recordings were not changed.", "Check the list, then retry.");
        Look();
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _timer = null;
    }
}
