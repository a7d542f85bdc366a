using KvLab.Core.Analysis;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Wire;
using KvLab.Web.Commands;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.View;
using KvLab.Web.Live;
using KvLab.Web.Problems;
using KvLab.Web.Resets;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MudBlazor;

namespace KvLab.Web.Components.Panels.Controls;

/// <summary>What concerns the cluster as a whole: the out-of-order demo, the comparison of all replicas, and the reset.</summary>
public sealed partial class LabActions : ComponentBase, IDisposable
{
    private CancellationTokenSource? _waiting;
    private string? _busy;
    private string? _done;
    private Problem? _problem;

    [Inject] public required IClusterCommands Commands { get; init; }
    [Inject] public required ILabDefaults Defaults { get; init; }
    [Inject] public required IClusterState State { get; init; }
    [Inject] public required IDialogService Dialogs { get; init; }
    [Inject] public required ViewStore Views { get; init; }

    private Task OutOfOrderAsync() => RunAsync("Three writes are on their way", async cancellation =>
    {
        var demo = await Commands.OutOfOrderDemoAsync(cancellation: cancellation);
        Views.Update(v => v with { KeyFilter = "", Selection = new Selection(demo.Key, Node: demo.Follower) });
        return $"{State.Current.Labels.Name(demo.Follower)} gets {string.Join(", ", demo.Arrival.Select(v => State.Current.Labels.Version(demo.Epoch, v)))} of {Unseen.Shown(demo.Key)}, in this order.";
    });

    private Task CompareAsync() => RunAsync("Asking every node for all its entries", async cancellation =>
    {
        var report = await Commands.CheckConvergenceAsync(cancellation);
        await Dialogs.ShowAsync<ConvergenceDialog>(
            "Replicas compared, entry by entry",
            new DialogParameters<ConvergenceDialog> { { d => d.Report, report }, { d => d.Labels, State.Current.Labels }, { d => d.OnRepeated, OnRepeated } },
            new DialogOptions { MaxWidth = MaxWidth.Medium, FullWidth = true, CloseButton = true });
        return InShort(report);
    });

    private void OnRepeated(ConvergenceReport report)
    {
        _done = InShort(report);
        StateHasChanged();
    }

    private static string InShort(ConvergenceReport report) =>
        report.Converged ? "Converged: all replicas are equal." : report.Quiescent ? "Not converged." : "Writes are still being delivered: proves nothing yet.";

    private async Task StorageAsync(MouseEventArgs e)
    {
        if (e.IsAgain()) return;
        var dialog = await Dialogs.ShowAsync<StorageDialog>("Storage for each node", new DialogParameters(),
            new DialogOptions { MaxWidth = MaxWidth.Medium, FullWidth = true, CloseButton = true });
        if (await dialog.Result is { Canceled: false }) (_done, _problem) = ($"All nodes were restarted. Storage: {StorageWords.Of(State.Current.Nodes)}.", null);
    }

    private async Task ResetAsync(MouseEventArgs e)
    {
        if (e.IsAgain()) return;
        var dialog = await Dialogs.ShowAsync<ResetDialog>("Reset the lab?", new DialogParameters(), new DialogOptions { MaxWidth = MaxWidth.Small, FullWidth = true, CloseButton = true });
        if (await dialog.Result is not { Canceled: false, Data: ResetScope scope }) return;
        await RunAsync(scope == ResetScope.All ? "Resetting everything to its initial state" : "Deleting all data", async cancellation =>
        {
            await (scope == ResetScope.All ? Defaults.RestoreAsync(cancellation) : Commands.ResetAsync(cancellation));
            Views.Select(Selection.None);
            return scope == ResetScope.All ? "Everything is back in its initial state, and every node is empty." : "All data was deleted on every node that answered.";
        });
    }

    private async Task RunAsync(string busy, Func<CancellationToken, Task<string>> command)
    {
        if (_busy is not null) return;
        using var waiting = _waiting = new CancellationTokenSource();
        (_busy, _done, _problem) = (busy, null, null);
        StateHasChanged();
        try
        {
            _done = await command(waiting.Token);
        }
        catch (OperationCanceledException)
        {
            _done = "Cancelled.";
        }
        catch (CommandException e)
        {
            _problem = Problem.Of(e, "", "Check that all nodes are running, then retry.");
        }
        finally
        {
            (_busy, _waiting) = (null, null);
        }
    }

    public void Dispose() => _waiting?.Cancel();
}
