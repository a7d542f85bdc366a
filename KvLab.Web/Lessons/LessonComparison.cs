using System.Collections.Immutable;
using System.Globalization;
using KvLab.Web.Charts.Figures;

namespace KvLab.Web.Lessons;

/// <summary>A student's prediction beside what is exact and what was measured: a picture, a sentence, and the lesson's reply.</summary>
/// <param name="At">Along a curve; empty for one number.</param>
public sealed record LessonComparison(string Name, string Ask, string Unit, string AlongName, ImmutableArray<double> At, ImmutableArray<double> Predicted, ImmutableArray<double> Exact, ImmutableArray<double> Measured)
{
    /// <summary>So far a prediction may be from what is exact and still be called close.</summary>
    private const double Close = 0.2;

    /// <returns>Null where the prediction was not given, or not all of it was measured, or it is a choice.</returns>
    public static LessonComparison? Of(LessonTold told, CompareBlock compare, LessonProgress progress)
    {
        if (told.Lesson.Find<PredictBlock>(compare.Name) is not { } predict || !progress.Predicted.TryGetValue(compare.Name, out var predicted)) return null;
        var points = told.PointsOf(predict);
        double[] measured = [.. points.Select(p => progress.Measured(p.Variant.Fill(compare.Measured))).OfType<double>()];
        return measured.Length < points.Length ? null
            : new(compare.Name, predict.Ask, predict.Unit, predict.Along?.Name ?? "", [.. points.Select(p => p.At).OfType<double>()], [.. predicted], [.. points.Select(p => p.Exact)], [.. measured]);
    }

    /// <summary>Of a choice: what was chosen, and the number that shows the answer.</summary>
    /// <returns>Null where nothing was chosen or measured.</returns>
    public static (Option Chosen, double Measured)? Chosen(LessonTold told, CompareBlock compare, LessonProgress progress) =>
        told.Lesson.Find<ChoiceBlock>(compare.Name) is { Before: true } choice
        && progress.Chosen.TryGetValue(compare.Name, out var chosen) && progress.Measured(told.Variant.Fill(compare.Measured)) is { } found ? (choice.Options[chosen[0]], found) : null;

    private bool IsCurve => At.Length > 0;

    public bool IsClose => Predicted.Zip(Exact).All(p => Math.Abs(p.First - p.Second) <= Close * Math.Abs(p.Second) + 1e-9);

    /// <summary>A curve is too low or too high on the whole where its sum is off by more than this.</summary>
    private const double Level = 0.05;

    public string Reply(CompareBlock block) => IsClose ? block.Close
        : block.Shape.Length > 0 && Math.Abs(Predicted.Sum() - Exact.Sum()) <= Level * Math.Abs(Exact.Sum()) ? block.Shape
        : Predicted.Sum() < Exact.Sum() ? block.Less : block.More;

    /// <summary>Of a curve its worst point.</summary>
    public string Sentence
    {
        get
        {
            var worst = Enumerable.Range(0, Exact.Length).MaxBy(i => Math.Abs(Predicted[i] - Exact[i]));
            var where = IsCurve ? $"At {AlongName} = {LessonVariant.Write(At[worst])} you" : "You";
            var off = Predicted[worst] - Exact[worst];
            return $"{where} predicted {With(Predicted[worst])}; exact is {With(Exact[worst])}{(Math.Abs(off) < 1e-9 ? "" : $", {With(Math.Abs(off))} {(off > 0 ? "less" : "more")}")}. This run measured {With(Measured[worst])}.";
        }
    }

    public Figure Figure => IsCurve
        ? new Figure($"lesson-{Name}", "Prediction, theory, measurement", Sentence, new Axis(AlongName, FromZero: false, Whole: true), new Axis(Titled),
            [new FigureSeries("your prediction", Mark.LineAndPoints, At, Predicted, 2), new FigureSeries("exact", Mark.Line, At, Exact, 0, Dashed: true), new FigureSeries("measured", Mark.LineAndPoints, At, Measured, 1)])
        : new Figure($"lesson-{Name}", "Prediction, theory, measurement", Sentence, new Axis("", ["your prediction", "exact", "measured"]), new Axis(Titled),
            [new FigureSeries("", Mark.Bars, [0, 1, 2], [Predicted[0], Exact[0], Measured[0]], 1, InLegend: false)]);

    private string Titled => Unit.Length > 0 ? Unit : "count";

    private string With(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}{(Unit.Length > 0 ? $" {Unit}" : "")}");
}
