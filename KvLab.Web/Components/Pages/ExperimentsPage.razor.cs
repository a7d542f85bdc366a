using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Wire;
using KvLab.Web.Components.Panels.Experiments;
using KvLab.Web.Components.Panels.Plans;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Experiments;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;

namespace KvLab.Web.Components.Pages;

/// <summary>Experiments: the list of runs, and beside it the form of a new one, or the one that the address names.</summary>
public sealed partial class ExperimentsPage : ComponentBase, IDisposable
{
    private const string DraftKey = "plan";
    private const int UsualFollowers = 5;

    private RunFeed? _feed;
    private IReadOnlyList<RunSummary> _runs = [];
    private IReadOnlyList<RunSummary> _others = [];
    private PlanDraft _draft = PlanDraft.Of(Presets.Current);
    private RunPicture? _picture;
    private ExperimentRun? _compared;
    private ExperimentRun? _busy;
    private string? _storeProblem;
    private string? _missing;
    private string? _unreadable;
    private Problem? _problem;
    private int _followers = UsualFollowers;
    private bool _loaded;
    private bool _gone;

    [Inject] public required ExperimentService Experiments { get; init; }
    [Inject] public required ExperimentBrowser Browser { get; init; }
    [Inject] public required Announcements Announcements { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    [CascadingParameter] public ViewOptions View { get; set; } = ViewOptions.Default;

    /// <summary>Null for the form.</summary>
    [SupplyParameterFromQuery(Name = "run")] public string? Run { get; set; }
    [SupplyParameterFromQuery(Name = "compare")] public string? Compare { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _feed = new RunFeed(Experiments, Time, news => InvokeAsync(() => TakeAsync(news)));
        _busy = Experiments.Current;
        List();
        try
        {
            // Before the nodes have started there are none, and the form must say something sensible nevertheless.
            if (await Experiments.FollowersAsync() is > 0 and var followers) _followers = followers;
        }
        catch (ExperimentException e)
        {
            _problem = Problem.Of(e, "Stored runs can still be read.", "Start the leader on the live page.");
        }

        _draft = await Browser.LoadAsync<PlanDraft>(DraftKey, lasting: false) ?? _draft;
        _loaded = true;
    }

    protected override async Task OnParametersSetAsync()
    {
        if (Run != _picture?.Run.Id)
        {
            (_picture, _missing, _unreadable) = (null, null, null);
            if (Run is { } wanted)
            {
                var (found, unreadable) = await Task.Run(() => Read(wanted));
                if (Run != wanted) return;
                (_picture, _missing, _unreadable) = (found, found is null && unreadable is null ? wanted : null, unreadable);
            }
        }

        Others();
        if (Compare == _compared?.Id) return;
        _compared = null;
        if (Compare is not { } second || second == Run) return;
        var (other, _) = await Task.Run(() => Read(second));
        if (Compare == second) _compared = other?.Run;
    }

    /// <summary>A run that is there and cannot be read gives the sentence that says why.</summary>
    private (RunPicture? Picture, string? Unreadable) Read(string id)
    {
        try
        {
            return (Experiments.Find(id) is { } run ? RunPicture.Of(run) : null, null);
        }
        catch (CommandException e)
        {
            return (null, e.Message);
        }
    }

    private void Go(string? run, string? compare) => Navigation.NavigateTo(ExperimentAddress.Page(View, run, compare));

    private void List()
    {
        try
        {
            _runs = Experiments.List();
        }
        catch (CommandException)
        {
            // The page says why; what it showed before may not be there any more.
            _runs = [];
        }

        _storeProblem = Experiments.StoreProblem;
        Others();
    }

    private void Others() => _others = [.. _runs.Where(r => r.Id != Run && r.Points > 0 && r.Problem is null)];

    private async Task TakeAsync(IReadOnlyList<RunNews> news)
    {
        if (_gone) return;
        foreach (var (id, changed) in news)
        {
            if (changed is not { } run)
            {
                Forget(id);
                continue;
            }

            if (!run.Plan.Simulate) _busy = run.IsOver ? _busy?.Id == run.Id ? null : _busy : run;
            ShowInList(run);
            if (_compared?.Id == run.Id) _compared = run;
            if (_picture?.Run.Id == run.Id)
            {
                var before = _picture;
                var next = before.Run.Points.Count == run.Points.Count ? before.Next(run) : await Task.Run(() => before.Next(run));
                if (_picture?.Run.Id == run.Id) _picture = next;
                if (run.IsOver && !before.Run.IsOver) Announcements.Say($"Experiment {Unseen.Shown(run.Plan.Name)} is {ExperimentWords.State(run.State)}: {run.Points.Count} points measured.");
            }
        }

        StateHasChanged();
    }

    /// <summary>Somebody deleted it, here or by REST.</summary>
    private void Forget(string id)
    {
        List();
        if (_busy?.Id == id) _busy = null;
        if (_compared?.Id == id) Go(Run, null);
        if (_picture?.Run.Id == id) (_picture, _missing) = (null, id);
    }

    private void ShowInList(ExperimentRun run)
    {
        if (_runs.All(r => r.Id != run.Id))
        {
            List();
            return;
        }

        _runs = [.. _runs.Select(r => r.Id == run.Id
            ? r with { Name = run.Plan.Name, State = run.State, Points = run.Points.Count, Writes = run.Points.Sum(p => p.Writes) }
            : r)];
        Others();
    }

    private async Task SaveDraftAsync(PlanDraft draft)
    {
        _draft = draft;
        await Browser.SaveAsync(DraftKey, draft, lasting: false);
    }

    /// <summary>A run that cannot be shown can be deleted all the same.</summary>
    private void DeleteUnreadable()
    {
        try
        {
            Experiments.Delete(Run!);
            OnDeleted();
        }
        catch (CommandException e)
        {
            _problem = Problem.Of(e, "Nothing was deleted.", "");
        }
    }

    /// <summary>Fills the form; nothing starts by itself.</summary>
    private async Task UsePlanAsync(ExperimentPlan plan)
    {
        await SaveDraftAsync(PlanDraft.Of(plan));
        Go(null, null);
    }

    private void OnDeleted()
    {
        List();
        Go(null, null);
    }

    private async Task ImportAsync(InputFileChangeEventArgs e)
    {
        _problem = null;
        try
        {
            if (e.File.Size > RunFile.Largest) throw new IOException(RunFile.TooLarge);
            using var file = new MemoryStream((int)e.File.Size);
            await using (var stream = e.File.OpenReadStream(RunFile.Largest)) await stream.CopyToAsync(file);
            var run = await Task.Run(() => Experiments.Import(file.GetBuffer().AsSpan(0, (int)file.Length)));
            List();
            Go(run.Id, null);
        }
        catch (Exception problem) when (problem is CommandException or IOException)
        {
            _problem = new Problem(problem.Message, "Nothing was added.", "Choose a file that was exported from KvLab.");
        }
    }

    public void Dispose()
    {
        _gone = true;
        _feed?.Dispose();
    }
}
