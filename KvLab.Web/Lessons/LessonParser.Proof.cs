using KvLab.Core.Scenarios;

namespace KvLab.Web.Lessons;

internal static partial class LessonParser
{
    /// <summary>In every variant each formula has a value, each story can be read, and each measurement that is compared is made.</summary>
    private static void Prove(Lesson lesson, List<LessonError> errors)
    {
        foreach (var told in LessonVariant.All(lesson).Select(v => new LessonTold(lesson, v)))
        {
            var measured = new HashSet<string>(StringComparer.Ordinal);
            foreach (var run in lesson.Blocks.OfType<RunBlock>()) Try(run.Line, () => measured.UnionWith(told.StoryOf(run).Steps.Select(s => s.Command).OfType<MeasureCommand>().Select(m => m.Name)));
            foreach (var predict in lesson.Blocks.OfType<PredictBlock>())
            {
                Try(predict.Line, () =>
                {
                    var (from, to) = (told.Variant.Work(predict.From), told.Variant.Work(predict.To));
                    if (told.PointsOf(predict).FirstOrDefault(p => p.Exact < from || p.Exact > to) is { } outside) throw new FormatException($"What is exact, {LessonVariant.Write(outside.Exact)}, lies outside from {LessonVariant.Write(from)} to {LessonVariant.Write(to)}.");
                });
            }

            if (errors.Count > 0) return;
            foreach (var compare in lesson.Blocks.OfType<CompareBlock>())
            {
                var names = lesson.Find<PredictBlock>(compare.Name) is { } predict ? told.PointsOf(predict).Select(p => p.Variant.Fill(compare.Measured)) : [told.Variant.Fill(compare.Measured)];
                if (names.FirstOrDefault(n => !measured.Contains(n)) is { } missing) errors.Add(At(compare.Line, $"no run measures {missing}"));
            }

            if (errors.Count > 0) return;
        }

        void Try(int line, Action look)
        {
            try
            {
                look();
            }
            catch (ScenarioSyntaxException wrong)
            {
                errors.Add(At(line, $"in the story of this run: {wrong.Message.TrimEnd('.')}"));
            }
            catch (FormatException wrong)
            {
                errors.Add(At(line, wrong.Message.TrimEnd('.')));
            }
        }
    }
}
