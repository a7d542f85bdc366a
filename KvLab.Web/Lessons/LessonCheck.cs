using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;

namespace KvLab.Web.Lessons;

/// <summary>Plays every run of a lesson in the simulator, in every variant, and compares what was measured with what the lesson calls exact.</summary>
public static class LessonCheck
{
    /// <param name="Variant">Its numbers, such as <c>W = 2, max = 400</c>; empty where nothing varies.</param>
    public sealed record Claim(string Variant, string What, bool Holds, string Found);

    public static IEnumerable<Claim> Of(Lesson lesson, long seed, TimeProvider clock, CancellationToken cancellation = default)
    {
        foreach (var told in LessonVariant.All(lesson).Select(v => new LessonTold(lesson, v)))
        {
            var variant = told.Variant.Words;
            var measures = new Dictionary<string, Measured>(StringComparer.Ordinal);
            foreach (var block in lesson.Blocks.OfType<RunBlock>())
            {
                var story = told.StoryOf(block);
                var (run, _) = SimulatedStory.Run(story, LessonTold.Followers, seed, story.Name, clock, static _ => { }, cancellation);
                foreach (var (name, measured) in run.Measures) measures[name] = measured;
                var broken = run.Steps.FirstOrDefault(s => s.State == StepState.Failed);
                yield return new Claim(variant, $"run {block.Name}", run.State == ScenarioState.Passed,
                    broken is null ? run.Problem ?? $"{run.Held} of {run.Expectations} expectations held" : $"{broken.Text}: {broken.Note}");
            }

            foreach (var claim in lesson.Blocks.OfType<CompareBlock>().Where(c => c.WithinPercent is not null).SelectMany(c => Compare(told, c, measures))) yield return claim with { Variant = variant };
        }
    }

    private static IEnumerable<Claim> Compare(LessonTold told, CompareBlock compare, Dictionary<string, Measured> measures)
    {
        foreach (var point in told.PointsOf(told.Lesson.Find<PredictBlock>(compare.Name)!))
        {
            var name = point.Variant.Fill(compare.Measured);
            if (!measures.TryGetValue(name, out var found)) yield return new Claim("", $"compare {compare.Name}", false, $"{name} was not measured");
            else
            {
                var holds = Math.Abs(found.Value - point.Exact) <= compare.WithinPercent!.Value / 100 * Math.Abs(point.Exact) + 1e-9;
                yield return new Claim("", $"compare {compare.Name}", holds, $"{name}: measured {found.Value:0.##}, exact {point.Exact:0.##}, wanted within {compare.WithinPercent:0.#} %");
            }
        }
    }
}
