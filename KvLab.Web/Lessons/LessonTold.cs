using System.Collections.Immutable;
using KvLab.Core.Scenarios;

namespace KvLab.Web.Lessons;

/// <summary>A lesson with the numbers of one student.</summary>
public sealed record LessonTold(Lesson Lesson, LessonVariant Variant)
{
    /// <summary>All stories are written for it.</summary>
    public const int Followers = 5;

    /// <summary>What opens a run; null where it is open.</summary>
    public LessonBlock? NeedOf(RunBlock run) => (run.Needs ?? run.Name) is var name
        ? (LessonBlock?)Lesson.Find<PredictBlock>(name) ?? (Lesson.Find<ChoiceBlock>(name) is { Before: true } choice ? choice : null) : null;

    /// <exception cref="ScenarioSyntaxException">It is not a story.</exception>
    /// <exception cref="FormatException">A loop in it is not right.</exception>
    public Scenario StoryOf(RunBlock run) => Scenario.Parse(Variant.Tell(run.Story), $"lesson-{Lesson.Name}-{run.Name}");

    /// <summary>The numbers to predict, with the names that a curve gives them: one, or one for each along it.</summary>
    public ImmutableArray<LessonPoint> PointsOf(PredictBlock predict) => predict.Along is not { } along
        ? [new LessonPoint(null, Variant.Work(predict.Exact), Variant)]
        : [.. along.Numbers.Select(n => Variant.With(along.Name, n)).Select((v, i) => new LessonPoint(along.Numbers[i], v.Work(predict.Exact), v))];
}

/// <param name="At">Along a curve; null: it is one number.</param>
/// <param name="Variant">With the number along the curve in it, for names of measures.</param>
public sealed record LessonPoint(double? At, double Exact, LessonVariant Variant);
