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

    /// <summary>Without what a lesson that was rewritten since has no place for.</summary>
    public LessonProgress For(LessonTold told) => this with
    {
        Predicted = Predicted.RemoveRange(Predicted.Where(p => told.Lesson.Find<PredictBlock>(p.Key) is not { } block || told.PointsOf(block).Length != p.Value.Length).Select(p => p.Key)),
        Chosen = Chosen.RemoveRange(Chosen.Where(c => told.Lesson.Find<ChoiceBlock>(c.Key) is not { } block || c.Value.Any(a => a < 0 || a >= block.Options.Length)).Select(c => c.Key)),
        Runs = Runs.RemoveRange(Runs.Keys.Where(r => told.Lesson.Find<RunBlock>(r) is null)),
    };

    public double? Measured(string name) => Runs.Values.OrderBy(r => r.At).Select(r => r.Measures.TryGetValue(name, out var value) ? value : (double?)null).LastOrDefault(v => v is not null);
}

/// <param name="Simulation">What decided it in the simulator, in words; null: it was on the nodes.</param>
/// <param name="Broken">What did not come out as the lesson says.</param>
public sealed record LessonRunKept(DateTimeOffset At, string? Simulation, ImmutableSortedDictionary<string, double> Measures, string[] Broken)
{
    public static LessonRunKept Of(ScenarioRun run) => new(run.StartedAt, run.Simulation, run.Measures.ToImmutableSortedDictionary(m => m.Key, m => m.Value.Value),
        [.. run.Steps.Where(s => s.State == StepState.Failed).Select(s => $"{s.Text}: {s.Note}"), .. run.Problem is { } problem ? [problem] : Array.Empty<string>(), .. run.Disturbances]);
}
