using KvLab.Core.Scenarios;

namespace KvLab.Web.Lessons;

/// <summary>A lesson in the list.</summary>
/// <param name="Blocks">How many there are of each kind but text.</param>
public sealed record LessonAnswer(string Name, string Title, string Summary, int Minutes, LessonState State, IReadOnlyList<string> Topics, IReadOnlyDictionary<string, int> Blocks)
{
    internal static LessonAnswer Of(Lesson lesson) => new(lesson.Name, lesson.Title, lesson.Summary, lesson.Minutes, lesson.State, lesson.Topics,
        lesson.Blocks.Where(b => b is not ProseBlock).GroupBy(KindOf).ToDictionary(g => g.Key, g => g.Count()));

    internal static string KindOf(LessonBlock block) => block switch
    {
        PredictBlock or ChoiceBlock { Before: true } => "predict",
        ChoiceBlock => "choose",
        RunBlock => "run",
        CompareBlock => "compare",
        TryBlock => "try",
        LookBlock => "look",
        CodeBlock => "code",
        _ => "text",
    };
}

/// <summary>A lesson with the numbers of one seed.</summary>
public sealed record LessonWhole(string Name, string Title, int Minutes, LessonState State, long Seed, IReadOnlyDictionary<string, double> Numbers, IReadOnlyList<LessonPart> Blocks)
{
    internal static LessonWhole Of(Lesson lesson, long seed)
    {
        var told = new LessonTold(lesson, LessonVariant.Draw(lesson, seed));
        return new(lesson.Name, lesson.Title, lesson.Minutes, lesson.State, seed, told.Variant.Numbers, [.. lesson.Blocks.Select(b => LessonPart.Of(told, b))]);
    }
}

/// <param name="Kind">text, predict, choose, run, compare, try, look or code.</param>
/// <param name="Text">What is asked or said, with this variant's numbers; of a run its story, which <c>POST /api/scenarios</c> plays.</param>
/// <param name="Options">Of a choice; which is right is not told.</param>
/// <param name="Needs">The prediction that a run waits for on the page.</param>
public sealed record LessonPart(string Kind, string Name, string Text, IReadOnlyList<string> Options, string? Needs)
{
    internal static LessonPart Of(LessonTold told, LessonBlock block) => new(LessonAnswer.KindOf(block), block.Name, told.Variant.Fill(block switch
    {
        ProseBlock prose => prose.Markdown,
        PredictBlock predict => predict.Ask,
        ChoiceBlock choice => choice.Ask,
        RunBlock run => told.StoryOf(run).Text,
        TryBlock attempt => attempt.Task,
        LookBlock look => look.Task,
        CodeBlock code => $"{code.File}: {code.Task}",
        _ => "",
    }), block is ChoiceBlock { Options: var options } ? [.. options.Select(o => told.Variant.Fill(o.Text))] : [], block is RunBlock opens ? told.NeedOf(opens)?.Name : null);
}
