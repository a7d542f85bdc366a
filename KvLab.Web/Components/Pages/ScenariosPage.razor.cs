using KvLab.Core.Chaos;
using KvLab.Core.Scenarios;
using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Panels.Scenarios;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Problems;
using KvLab.Web.Scenarios;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace KvLab.Web.Components.Pages;

/// <summary>Scenarios: the library, one's own story and chaos runs; the story that the address names, and how its run goes.</summary>
public sealed partial class ScenariosPage : ComponentBase, IDisposable
{
    private const string DraftKey = "story";

    private const string FirstOwn = """
        # My own story
        What do you expect to happen? Write it down before you try.

        > settings W = 3
        > write k = a
        > expect success
        > wait until quiet
        > expect k = a on all

        """;

    private NewsFeed? _feed;
    private IDisposable? _scenarios;
    private IDisposable? _chaos;
    private string _own = FirstOwn;
    private Scenario? _played;
    private Problem? _problem;
    private bool _loaded;

    [Inject] public required ScenarioService Service { get; init; }
    [Inject] public required ExperimentBrowser Browser { get; init; }
    [Inject] public required Announcements Announcements { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    [CascadingParameter] public ViewOptions View { get; set; } = ViewOptions.Default;

    /// <summary>A name of the library, <c>own</c> or <c>chaos</c>; null: the first.</summary>
    [SupplyParameterFromQuery(Name = "scenario")] public string? Chosen { get; set; }

    private string Shown => Chosen ?? ScenarioLibrary.All[0].Name;

    protected override async Task OnInitializedAsync()
    {
        _feed = new NewsFeed(Time, () => InvokeAsync(StateHasChanged));
        _scenarios = Service.Scenarios.Listen(run =>
        {
            if (run.IsOver) _ = InvokeAsync(() => Announcements.Say($"{run.Title}: {StoryWords.State(run.State)}, {run.Held} of {run.Expectations} expectations held."));
            _feed.Take();
        });
        _chaos = Service.Chaos.Listen(report =>
        {
            if (report.IsOver) _ = InvokeAsync(() => Announcements.Say($"Chaos run {StoryWords.State(report.State)}."));
            _feed.Take();
        });
        if (await Browser.LoadAsync<OwnStory>(DraftKey, lasting: true) is { Text: { Length: > 0 } text }) _own = text;
        _loaded = true;
    }

    /// <summary>What chance is drawn from when the page simulates a story; scripts choose their own.</summary>
    private const long SimulatedSeed = 1;

    private sealed record OwnStory(string Text);

    private void Go(string scenario) => Navigation.NavigateTo(
        "scenarios" + QueryHelpers.AddQueryString(ViewQuery.Write(new ViewOptions { Theme = View.Theme, Projector = View.Projector }), "scenario", scenario));

    private ScenarioRun? RunOf(string name) => Service.Scenarios.All.FirstOrDefault(r => r.Name == name);

    private string? StateOf(string name) => name == ScenarioList.Chaos
        ? Service.Chaos.Latest is { } report ? StoryWords.State(report.State) : null
        : RunOf(name) is { } run ? StoryWords.State(run.State) : null;

    // What is pressed again while it plays was meant for the run that plays.
    private void Start(Scenario scenario) => Start(scenario, () => Service.Start(scenario));

    private void Simulate(Scenario scenario) => Start(scenario, () => Service.Simulate(scenario, SimulatedSeed));

    private void Start(Scenario scenario, Action start)
    {
        if (RunOf(scenario.Name) is { IsOver: false }) return;
        if (scenario.Name == ScenarioList.Own) _played = scenario;
        Try(start);
    }

    private void Start(ChaosOptions options)
    {
        if (Service.Chaos.Latest is not { IsOver: false }) Try(() => Service.Start(options));
    }

    private void Cancel(string run) => Try(() => Service.Scenarios.Cancel(run));
    private void CancelChaos(string run) => Try(() => Service.Chaos.Cancel(run));

    private void Try(Action command)
    {
        _problem = null;
        try
        {
            command();
        }
        catch (CommandException e)
        {
            _problem = Problem.Of(e, "Nothing was changed in the lab.", "");
        }
    }

    private async Task EditAsync(Scenario scenario)
    {
        await SaveOwnAsync(scenario.Text);
        Go(ScenarioList.Own);
    }

    private async Task SaveOwnAsync(string text)
    {
        _own = text;
        await Browser.SaveAsync(DraftKey, new OwnStory(text), lasting: true);
    }

    public void Dispose()
    {
        _scenarios?.Dispose();
        _chaos?.Dispose();
        _feed?.Dispose();
    }
}
