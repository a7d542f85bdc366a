using KvLab.Core.Events;
using KvLab.Core.Replays;
using KvLab.Core.Simulator;
using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Panels.Map;
using KvLab.Web.Components.Panels.Timeline;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Live;
using KvLab.Web.Problems;
using KvLab.Web.Replays;
using KvLab.Web.Scenarios;
using KvLab.Web.Simulations;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Pages;

/// <summary>
/// The live page over a cluster whose clock the viewer holds: the same panels, and beside the map a list of what could happen next. The address holds plan and path behind its
/// #, where no server's limit on addresses counts.
/// </summary>
public sealed partial class SimulatorPage : PastPage, IAsyncDisposable
{
    private const double TickMs = 100;

    // The diagram begins with all that has happened, as long as that is not too much for one picture.
    private const double ShortestMs = 100, LongestMs = 10_000;

    private SimulationRoom? _room;
    private ReplaySession? _session;
    private GrowingTape? _tape;
    private MapMoment? _moment;
    private PastLines? _lines;
    private IReadOnlyList<Choice> _enabled = [];
    private IReadOnlyList<Branch> _branches = [];
    private Problem? _problem;
    private string _link = "";
    private double _nowMs;
    private double _speed = 1;
    private string? _said;
    private int _at, _steps, _showing;
    private bool _settings, _gone, _solved, _told;
    private Challenge? _challenge;
    private CancellationTokenSource? _plays;

    /// <summary>Name of what is to be brought about.</summary>
    [SupplyParameterFromQuery(Name = "challenge")] public string? Wanted { get; set; }

    /// <summary>Name of a story to go through step by step.</summary>
    [SupplyParameterFromQuery(Name = "story")] public string? Story { get; set; }

    /// <summary>A recording to go on from, <see cref="AtMs"/> after it began.</summary>
    [SupplyParameterFromQuery(Name = "recording")] public string? Recording { get; set; }
    [SupplyParameterFromQuery(Name = "at")] public double? AtMs { get; set; }

    [Inject] public required SimulationReader Reader { get; init; }
    [Inject] public required SimulationStore Store { get; init; }
    [Inject] public required PastView Past { get; init; }
    [Inject] public required ViewStore Views { get; init; }
    [Inject] public required Browser Browser { get; init; }
    [Inject] public required SolvedChallenges Solved { get; init; }
    [Inject] public required IClusterState State { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    protected override async Task OnInitializedAsync()
    {
        Browser.ShortcutPressed += OnShortcut;
        Views.Update(v => v with { Past = true });
        await Solved.LoadAsync();
        var link = Navigation.Uri.Split('#', 2) is [_, { Length: > 0 } path] ? path : null;
        await OpenAsync(() =>
        {
            _challenge = Wanted is null ? null : Challenge.Find(Wanted) ?? throw new CommandException(StatusCodes.Status404NotFound, $"There is no challenge {Wanted}.");
            return link is null ? Store.Create(FirstPlan()) : Store.Open(link);
        });
    }

    private SimulationPlan FirstPlan() =>
        _challenge is { } challenge ? challenge.Plan
        : Story is { } story ? SimulationReader.Of(ScenarioService.Find(story))
        : Recording is { } recording ? Reader.Of(recording, AtMs ?? 0)
        : SimulationPlan.Standard;

    private async Task OpenAsync(Func<SimulationRoom> create)
    {
        SimulationRoom? made = null;
        // A long path takes a while, and must not hold up the circuit.
        _problem = await Problem.OfAsync(async () => made = await Task.Run(create), "", "Begin a new one.");
        if (made is null) return;
        if (_room is not null) Store.Forget(_room.Id);
        // What was selected in another simulation is something else in this one.
        if (_room is not null) Views.Select(Selection.None);
        _room = made;
        if (_gone) Store.Forget(made.Id);
        else await ShowAsync();
    }

    /// <summary>Null: as the lab is now.</summary>
    private Task BeginAsync(SimulationPlan? plan)
    {
        var now = State.Current;
        var followers = now.Nodes.Count(n => n.Role == NodeRoles.Follower);
        plan ??= new SimulationPlan(Math.Max(1, followers), (int)(now.Settings?.Seed ?? 1), now.Settings ?? SimulationPlan.Standard.Settings);
        _challenge = null;
        return OpenAsync(() => Store.Create(plan));
    }

    private Task ChallengeAsync(Challenge challenge)
    {
        (_challenge, _told) = (challenge, false);
        return OpenAsync(() => Store.Create(challenge.Plan));
    }

    private Task SolveAsync()
    {
        _told = true;
        return OpenAsync(() => Store.Create(_challenge!.Plan, _challenge.Solve().Path));
    }

    private Task TakeAsync(Choice choice) => StepAsync(s => s.Choose(choice));

    private Task NextAsync() => _enabled is [{ DueMs: not null }, ..] ? StepAsync(s => s.Choose(0)) : Task.CompletedTask;

    private Task UndoAsync(int steps) => StepAsync(s => s.Undo(steps));

    private Task BranchAsync(int number) => StepAsync(s => s.GoToBranch(number));

    private async Task<bool> DoAsync(string line)
    {
        await StepAsync(s => s.Do(line));
        return _problem is null;
    }

    private async Task StepAsync(Action<Simulation> step)
    {
        if (_room is not { } room) return;
        _problem = await Problem.OfAsync(() => Task.Run(() => room.Step("step", step)), "Nothing has changed.", "Choose something else.");
        var before = _solved;
        await ShowAsync();
        // Whoever was shown the solution has not found it.
        if (_solved && !before && !_told && _challenge is { } challenge)
        {
            await Solved.AddAsync(challenge.Name);
            StateHasChanged();
        }
    }

    private async Task ShowAsync()
    {
        if (_gone || _room is null) return;
        var (simulation, number) = (_room.Simulation, ++_showing);
        // After going back the cluster has to run again before anybody can say what could happen next.
        var seen = await Task.Run(() => (simulation.Place, simulation.At, simulation.Steps, simulation.NowMs, simulation.Enabled, simulation.Branches, simulation.Said, simulation.Link));
        if (_gone || number != _showing) return;
        var (tape, elements) = seen.Place;
        if (tape != _tape)
        {
            var before = _session;
            (_tape, _session) = (tape, new ReplaySession(tape, Time));
            if (before is not null) await before.DisposeAsync();
        }

        _session!.GoTo(new ReplayPlace(elements));
        (_at, _steps, _nowMs, _enabled, _branches, _said) = (seen.At, seen.Steps, seen.NowMs, seen.Enabled, seen.Branches, seen.Said);
        _moment = new MapMoment(_nowMs, 0);
        _lines = new PastLines($"{_room.Id}/{number}", null, () => RecordedTimeline.Read(tape, elements));
        _solved = _challenge?.IsSolved(_session.Snapshot) == true;
        // The path says all but the challenge.
        _link = $"{Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["challenge"] = _challenge?.Name, ["story"] = null, ["recording"] = null, ["at"] = null }).Split('#')[0]}#{seen.Link}";
        var label = $"step {_at}, {Units.Ms(_nowMs)} on its clock{(simulation.Plan.Origin is { } origin ? $"; continued from {origin}" : "")}";
        Draw(() => Past.ShowSimulation(_session.Snapshot, label));
        if (Navigation.ToBaseRelativePath(Navigation.Uri).StartsWith("simulator", StringComparison.Ordinal)) Navigation.NavigateTo(_link, replace: true);
    }

    private void TogglePlay()
    {
        if (_plays is { } plays)
        {
            plays.Cancel();
            return;
        }

        _plays = new CancellationTokenSource();
        _ = InvokeAsync(() => PlayAsync(_plays));
    }

    private async Task PlayAsync(CancellationTokenSource plays)
    {
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(TickMs), Time);
            while (_problem is null && await timer.WaitForNextTickAsync(plays.Token)) await StepAsync(s => s.GoOnUntil(s.NowMs + TickMs * _speed));
        }
        catch (OperationCanceledException)
        {
            // It was stopped, or its viewer is gone.
        }

        _plays = null;
        plays.Dispose();
        if (!_gone) StateHasChanged();
    }

    private void OnShortcut(string name)
    {
        if (name == "pause" && _plays is null) _ = InvokeAsync(NextAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _gone = true;
        Browser.ShortcutPressed -= OnShortcut;
        _plays?.Cancel();
        Views.Update(v => v with { Past = false });
        Past.End();
        if (_session is not null) await _session.DisposeAsync();
        // All that is worth keeping of it is in the address.
        if (_room is not null) Store.Forget(_room.Id);
    }
}
