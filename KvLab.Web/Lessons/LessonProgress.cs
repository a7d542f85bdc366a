using System.Collections.Immutable;
using KvLab.Core.Scenarios;

namespace KvLab.Web.Lessons;

/// <summary>What somebody did in one lesson; kept in the browser.</summary>
/// <param name="Seed">Whose numbers they are: with others nothing of this is theirs.</param>
/// <param name="Predicted">By name: one number, or one for each along a curve.</param>
/// <param name="Chosen">By name, the answers in the order in which they were given.</param>
/// <param name="Runs">By name, the latest.</param>
public sealed record LessonProgress(
    long Seed, ImmutableSortedDictionary<string, double[]> Predicted, ImmutableSortedDictionary<string, int[]> Chosen, ImmutableSortedDictionary<string, LessonRunKept> Runs)
{
    public static LessonProgress Begin(long seed) =>
        new(seed, ImmutableSortedDictionary<string, double[]>.Empty, ImmutableSortedDictionary<string, int[]>.Empty, ImmutableSortedDictionary<string, LessonRunKept>.Empty);

    /// <summary>Where it is kept.</summary>
    public static string Key(Lesson lesson) => $"lesson.{lesson.Name}";

    public bool IsBegun => !Predicted.IsEmpty || !Chosen.IsEmpty;

    /// <summary>Whether the prediction of that name was given.</summary>
    public bool Has(LessonBlock prediction) => prediction is ChoiceBlock ? Chosen.ContainsKey(prediction.Name) : Predicted.ContainsKey(prediction.Name);

    /// <summary>Every prediction given, every run made, every question answered right.</summary>
    public bool IsDone(Lesson lesson) => lesson.Blocks.All(b => b switch
    {
        PredictBlock or ChoiceBlock { Before: true } => Has(b),
        ChoiceBlock choice => Chosen.TryGetValue(b.Name, out var answers) && answers.Any(a => choice.Options[a].Right),
        RunBlock => Runs.ContainsKey(b.Name),
        _ => true,
    });

    /// <summary>Without what a lesson that was rewritten since has no place for, and what somebody changed by hand in the browser.</summary>
    public LessonProgress For(LessonTold told) => Begin(Seed) with
    {
        Predicted = Where(Predicted, (name, given) => told.Lesson.Find<PredictBlock>(name) is { } block && told.PointsOf(block).Length == given.Length),
        Chosen = Where(Chosen, (name, answers) => told.Lesson.Find<ChoiceBlock>(name) is { } block && answers.Length > 0 && answers.All(a => a >= 0 && a < block.Options.Length)),
        Runs = Where(Runs, (name, run) => told.Lesson.Find<RunBlock>(name) is not null && run is { Measures: not null, Broken: not null }),
    };

    // What was read from a browser may lack what its type says it has.
    private static ImmutableSortedDictionary<string, T> Where<T>(ImmutableSortedDictionary<string, T>? all, Func<string, T, bool> fits) where T : class =>
        (all ?? ImmutableSortedDictionary<string, T>.Empty).Where(e => e.Value is not null && fits(e.Key, e.Value)).ToImmutableSortedDictionary();

    public double? Measured(string name) => Runs.Values.OrderBy(r => r.At).Select(r => r.Measures.TryGetValue(name, out var value) ? value : (double?)null).LastOrDefault(v => v is not null);
}

/// <param name="Simulation">What decided it in the simulator, in words; null: it was on the nodes.</param>
/// <param name="Broken">What did not come out as the lesson says.</param>
public sealed record LessonRunKept(DateTimeOffset At, string? Simulation, ImmutableSortedDictionary<string, double> Measures, string[] Broken)
{
    public static LessonRunKept Of(ScenarioRun run) => new(run.StartedAt, run.Simulation, run.Measures.ToImmutableSortedDictionary(m => m.Key, m => m.Value.Value),
        [.. run.Steps.Where(s => s.State == StepState.Failed).Select(s => $"{s.Text}: {s.Note}"), .. run.Problem is { } problem ? [problem] : Array.Empty<string>(), .. run.Disturbances]);
}
