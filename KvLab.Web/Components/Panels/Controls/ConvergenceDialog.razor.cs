using KvLab.Core.Analysis;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Commands;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace KvLab.Web.Components.Panels.Controls;

/// <summary>
/// What a comparison of all replicas found. One that was made beside replication proves nothing, so it is made again until there was
/// none: whoever waits for an answer gets it without asking twice.
/// </summary>
public sealed partial class ConvergenceDialog : ComponentBase, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    // Each comparison asks every node for all it holds; while a long burst goes on, seldom is enough.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _closed = new();
    private ConvergenceReport _report = null!;
    private string? _refusal;

    [Inject] public required IClusterCommands Commands { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    [CascadingParameter] public required IMudDialogInstance Dialog { get; set; }

    /// <summary>The first comparison.</summary>
    [Parameter, EditorRequired] public required ConvergenceReport Report { get; set; }

    /// <summary>As of the comparison: a dialog stands outside of what the page hands down.</summary>
    [Parameter] public Labels Labels { get; set; } = Labels.Plain;

    /// <summary>Hears of each later one.</summary>
    [Parameter] public Action<ConvergenceReport>? OnRepeated { get; set; }

    protected override void OnInitialized()
    {
        _report = Report;
        _ = RepeatUntilQuiescentAsync();
    }

    private async Task RepeatUntilQuiescentAsync()
    {
        try
        {
            for (var pause = FirstPause; !_report.Quiescent; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                await Task.Delay(pause, Time, _closed.Token);
                await CompareAsync();
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The dialog was closed.
        }
    }

    private async Task CompareAsync()
    {
        try
        {
            _report = await Commands.CheckConvergenceAsync(_closed.Token);
            _refusal = null;
            OnRepeated?.Invoke(_report);
        }
        catch (CommandException failure)
        {
            // A leader that is gone for now, for example: the next comparison may find one.
            _refusal = failure.Message;
        }
    }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }
}
