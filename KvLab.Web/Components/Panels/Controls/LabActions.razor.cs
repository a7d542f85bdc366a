using KvLab.Core.Versioning;
using KvLab.Core.Wire;
using KvLab.Web.Commands;
using KvLab.Web.Components.Shared;
using KvLab.Web.Components.View;
using KvLab.Web.State;
using Microsoft.AspNetCore.Components;
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
    [Inject] public required IClusterState State { get; init; }
    [Inject] public required IDialogService Dialogs { get; init; }
    [Inject] public required ViewStore Views { get; init; }

    private Task OutOfOrderAsync() => RunAsync("Three writes are on their way", async cancellation =>
    {
        var demo = await Commands.OutOfOrderDemoAsync(cancellation: cancellation);
        Views.Update(v => v with { KeyFilter = "", Selection = new Selection(demo.Key, Node: demo.Follower) });
        return $"{demo.Follower} gets {string.Join(", ", demo.Arrival.Select(v => $"v{v}"))} of {Unseen.Shown(demo.Key)}, in this order.";
    });

    private Task CompareAsync() => RunAsync("Asking every node for all it holds", async cancellation =>
    {
        var report = await Commands.CheckConvergenceAsync(cancellation);
        await Dialogs.ShowAsync<ConvergenceDialog>(
            "Replicas compared, entry by entry",
            new DialogParameters<ConvergenceDialog> { { d => d.Report, report } },
            new DialogOptions { MaxWidth = MaxWidth.Medium, FullWidth = true, CloseButton = true });
        return report.Converged ? "Converged: all replicas are equal." : report.Quiescent ? "Not converged." : "Not in quiescence: proves nothing yet.";
    });

    private async Task StorageAsync()
    {
        var dialog = await Dialogs.ShowAsync<StorageDialog>("What the nodes store in", new DialogParameters(),
            new DialogOptions { MaxWidth = MaxWidth.Medium, FullWidth = true, CloseButton = true });
        if (await dialog.Result is { Canceled: false }) (_done, _problem) = ($"All nodes were started again: {StorageWords.Of(State.Current.Nodes)}.", null);
    }

    private async Task ResetAsync()
    {
        var sure = await Dialogs.ShowMessageBoxAsync(new MessageBoxOptions
        {
            Title = "Empty every node?",
            Message = "All keys on all nodes are removed. The settings stay, and versions go on counting.",
            YesText = "Empty them",
            CancelText = "Keep them",
        });
        if (sure != true) return;
        await RunAsync("Emptying every node", async cancellation =>
        {
            await Commands.ResetAsync(cancellation);
            Views.Select(Selection.None);
            return "Every node that answers is empty.";
        });
    }

    private async Task RunAsync(string busy, Func<CancellationToken, Task<string>> command)
    {
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
            _problem = Problem.Of(e, "The nodes hold what they held.", "Look whether all nodes run, and try again.");
        }
        finally
        {
            (_busy, _waiting) = (null, null);
        }
    }

    public void Dispose() => _waiting?.Cancel();
}
