using KvLab.Web.Commands;
using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Fields;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Panels.Controls;

/// <summary>Many writes at once, with progress. Shows the newest burst, whoever started it: this page, another one, or a script.</summary>
public sealed partial class BurstForm : SnapshotPanel, IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);
    private readonly CancellationTokenSource _gone = new();
    private readonly WrongFields _wrong = new();
    private Drafts _draft = new();
    private Burst? _burst;
    private Problem? _problem;
    private bool _following;
    private bool _again;

    [Inject] public required IClusterCommands Commands { get; init; }
    [Inject] public required Browser Browser { get; init; }
    [Inject] public required Announcements Announcements { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    private bool Running => _burst?.State == BurstState.Running;

    protected override void OnInitialized()
    {
        _draft = Browser.Drafts;
        Browser.ShortcutPressed += OnShortcut;
    }

    // Every snapshot is an occasion to see that somebody else began a burst.
    protected override void OnParametersSet()
    {
        base.OnParametersSet();
        Look();
    }

    protected override object Slice() => (_burst, _problem);

    private async Task SaveAsync(Func<Drafts, Drafts> change)
    {
        _draft = change(_draft);
        await Browser.SaveDraftsAsync(change);
    }

    private void OnShortcut(string name)
    {
        if (name == "burst" && !Running) _ = InvokeAsync(() => { Start(); StateHasChanged(); });
    }

    // A click on the button comes before the form is sent. One burst at a time from this form: what is pressed while it runs was meant for it.
    private void Start()
    {
        if (_again || Running) return;
        _problem = null;
        if (_wrong.Any)
        {
            _problem = new Problem(_wrong.Sentences, "No burst was started.", "Correct the value, then start again.");
            return;
        }

        try
        {
            _burst = Commands.StartBurst(new BurstPlan(_draft.BurstWrites, _draft.BurstConcurrency, _draft.BurstKeys));
            Follow();
        }
        catch (CommandException e)
        {
            _problem = Problem.Of(e, "No burst was started.", "Check that the leader is running, then retry.");
        }
    }

    private void Cancel()
    {
        if (_burst is not null) Commands.CancelBurst(_burst.Id);
        Look();
    }

    private void Look()
    {
        if (Commands.Bursts is [var newest, ..]) _burst = newest;
        if (Running) Follow();
    }

    /// <summary>Looks again for as long as it runs: the last answers come after the last snapshot.</summary>
    private void Follow()
    {
        if (_following) return;
        _following = true;
        _ = FollowAsync();
    }

    private async Task FollowAsync()
    {
        try
        {
            while (Running)
            {
                await Task.Delay(LookAgain, Time, _gone.Token);
                if (Commands.Bursts is [var newest, ..]) _burst = newest;
                StateHasChanged();
            }
            if (_burst is { } burst)
                Announcements.Say($"Burst {burst.State.ToString().ToLowerInvariant()}: {burst.Succeeded} of {burst.Plan.Writes} writes succeeded, {burst.Partial} partial.");
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
        finally
        {
            _following = false;
        }
    }

    public void Dispose()
    {
        Browser.ShortcutPressed -= OnShortcut;
        _gone.Cancel();
        _gone.Dispose();
    }
}
