using System.Security.Cryptography;
using KvLab.Core.Scenarios;
using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Panels.Lessons;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Lessons;
using KvLab.Web.Problems;
using KvLab.Web.Scenarios;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Pages;

/// <summary>The list of lessons, and the one that the address names, with what this browser keeps of it.</summary>
public sealed partial class LessonsPage : ComponentBase, IDisposable
{
    private const string SeedKey = "lesson-seed";
    private const int LargestSeed = 1_000_000;

    /// <summary>What chance is drawn from when a lesson is simulated: of the same numbers everybody sees the same.</summary>
    private const long SimulatedSeed = 1;

    private readonly Dictionary<string, LessonProgress> _all = new(StringComparer.Ordinal);
    private NewsFeed? _feed;
    private IDisposable? _listening;
    private LessonBook.Contents _book = new([], []);
    private LessonTold? _told;
    private LessonProgress? _progress;
    private LessonRunning? _running;
    private Problem? _problem;
    private long _seed;
    private bool _loaded, _gone;

    [Inject] public required ScenarioService Service { get; init; }
    [Inject] public required LessonBook Book { get; init; }
    [Inject] public required ExperimentBrowser Browser { get; init; }
    [Inject] public required SolvedChallenges Solved { get; init; }
    [Inject] public required Browser Tab { get; init; }
    [Inject] public required Announcements Announcements { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    /// <summary>Of the lesson; null: none is open.</summary>
    [Parameter] public string? Name { get; set; }

    private sealed record SeedKept(long Seed);

    /// <summary>Where somebody begins who has not chosen.</summary>
    private static Lesson First => LessonLibrary.All.First(l => l.State == LessonState.Finished);

    protected override async Task OnInitializedAsync()
    {
        _feed = new NewsFeed(Time, () => InvokeAsync(StateHasChanged));
        _listening = Service.Scenarios.Listen(run =>
        {
            if (_running is not { } now || now.Run != run.Id || run.IsOver) return;
            var line = run.Steps.FirstOrDefault(s => s.State == StepState.Running);
            _running = now with { Doing = line is null ? null : $"Line {line.Line}: {line.Text}" };
            _feed.Take();
        });
        Tab.VisibilityChanged += OnVisibility;
        await Solved.LoadAsync();
        if ((await Browser.LoadAsync<SeedKept>(SeedKey, lasting: true))?.Seed is { } kept and > 0) _seed = kept;
        else await Browser.SaveAsync(SeedKey, new SeedKept(_seed = RandomNumberGenerator.GetInt32(1, LargestSeed)), lasting: true);
        _book = Book.Read();
        // Asked for at once, not one trip to the browser after the other.
        var stored = await Task.WhenAll(_book.Lessons.Select(l => Browser.LoadAsync<LessonProgress>(LessonProgress.Key(l), lasting: true)));
        foreach (var (lesson, progress) in _book.Lessons.Zip(stored))
            if (progress?.Seed == _seed) _all[lesson.Name] = progress.For(new LessonTold(lesson, LessonVariant.Draw(lesson, _seed)));

        _loaded = true;
        Choose();
    }

    protected override void OnParametersSet()
    {
        if (_loaded && _told?.Lesson.Name != Name) Choose();
    }

    private void Choose()
    {
        (_told, _progress, _problem) = (null, null, null);
        if (_book.Find(Name) is not { } lesson) return;
        _told = new LessonTold(lesson, LessonVariant.Draw(lesson, _seed));
        _progress = _all.GetValueOrDefault(lesson.Name) ?? LessonProgress.Begin(_seed);
    }

    private string? ProgressOf(Lesson lesson) => !_all.TryGetValue(lesson.Name, out var progress) || !progress.IsBegun ? null : progress.IsDone(lesson) ? "done" : "begun";

    private Task SaveAsync(LessonProgress progress) => SaveAsync(_told!.Lesson, progress);

    private async Task SaveAsync(Lesson lesson, LessonProgress progress)
    {
        _all[lesson.Name] = progress;
        if (_told?.Lesson.Name == lesson.Name) _progress = progress;
        await Browser.SaveAsync(LessonProgress.Key(lesson), progress, lasting: true);
    }

    private Task ForgetAsync() => SaveAsync(LessonProgress.Begin(_seed));

    private async Task ReportAsync()
    {
        if (_told is not { } told) return;
        await Tab.DownloadAsync($"kvlab-{told.Lesson.Name}.html", "text/html", LessonSheet.Of(told.Lesson.Title, $"KvLab, numbers of seed {_seed}", [told], _ => _progress));
    }

    private async Task RunAsync((RunBlock Block, bool Simulate) wanted)
    {
        if (_told is not { } told || _running is not null) return;
        _problem = null;
        ScenarioRun? run = null;
        try
        {
            var story = told.StoryOf(wanted.Block);
            run = wanted.Simulate ? Service.Simulate(story, SimulatedSeed, LessonTold.Followers) : Service.Start(story);
            _running = new LessonRunning(wanted.Block.Name, run.Id, null);
            StateHasChanged();
            run = await Service.Scenarios.WhenDoneAsync(run.Id);
        }
        catch (CommandException e)
        {
            _problem = Problem.Of(e, "Nothing was changed in the lab.", "Wait until it is over, or take over.");
            return;
        }
        finally
        {
            _running = null;
        }

        // What was cancelled measured nothing; a page that was left has no browser to keep it in.
        if (_gone || run.State == ScenarioState.Cancelled) return;
        var progress = _all.GetValueOrDefault(told.Lesson.Name) ?? LessonProgress.Begin(_seed);
        await SaveAsync(told.Lesson, progress with { Runs = progress.Runs.SetItem(wanted.Block.Name, LessonRunKept.Of(run)) });
        Announcements.Say($"{run.Title}: {(run.State == ScenarioState.Passed ? "done" : "it did not come out as the lesson says")}.");
    }

    private void Cancel()
    {
        if (_running is { } running) Service.Scenarios.Cancel(running.Run);
    }

    // A challenge is solved in another tab; whoever comes back sees it.
    private void OnVisibility(bool visible)
    {
        if (visible) _ = InvokeAsync(async () =>
        {
            await Solved.LoadAsync();
            StateHasChanged();
        });
    }

    public void Dispose()
    {
        _gone = true;
        Tab.VisibilityChanged -= OnVisibility;
        _listening?.Dispose();
        _feed?.Dispose();
    }
}
