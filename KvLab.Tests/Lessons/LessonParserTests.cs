using KvLab.Web.Lessons;
using Xunit;

namespace KvLab.Tests.Lessons;

/// <summary>The file of a lesson (docs/lessons.md): what is wrong in it is said with its line.</summary>
[Trait("Category", "Unit")]
public sealed class LessonParserTests
{
    private const string Head = "---\ntitle: T\nminutes: 10\nstate: draft\nvary: W = 1, 2\n---\nWhat it is\nabout.\n\nMore.\n\n";

    private const string Right = Head + """
        ```predict mean
        ask: How long, with W = {W},
          does it take?
        unit: ms
        from: 0
        to: 1000
        exact: mean(W, 5, 0, 600)
        ```

        ```run mean
        # A run
        > settings W = {W}, delay = 0..600 ms
        > burst 200 writes over 100 keys by 10 clients
        > measure latency of burst as mean
        ```

        ```compare mean
        measured: mean
        within: 20 %
        close: Well seen.
        less: Less.
        more: More.
        ```

        Some words, and code that is no block:

        ```csharp
        var x = 1;
        ```

        ```choose why
        ask: Why?
        - [ ] This => No, that
          is wrong.
        - [x] That => Yes.
        ```
        """;

    private static LessonError[] Wrong(string text) => [.. Assert.Throws<LessonSyntaxException>(() => Lesson.Parse(text, "t")).Errors];

    [Fact]
    public void A_lesson_is_a_head_and_blocks_in_their_order()
    {
        var lesson = Lesson.Parse(Right, "t");
        Assert.Equal(("t", "T", 10, LessonState.Draft, "What it is about."), (lesson.Name, lesson.Title, lesson.Minutes, lesson.State, lesson.Summary));
        Assert.Equal([typeof(ProseBlock), typeof(PredictBlock), typeof(RunBlock), typeof(CompareBlock), typeof(ProseBlock), typeof(ChoiceBlock)], lesson.Blocks.Select(b => b.GetType()));
        Assert.Equal("How long, with W = {W}, does it take?", lesson.Find<PredictBlock>("mean")!.Ask);
        Assert.Contains("var x = 1;", ((ProseBlock)lesson.Blocks[4]).Markdown, StringComparison.Ordinal);
        Assert.Equal([("This", false, "No, that is wrong."), ("That", true, "Yes.")], lesson.Find<ChoiceBlock>("why")!.Options.Select(o => (o.Text, o.Right, o.Reply)));
        Assert.Equal("mean", new LessonTold(lesson, LessonVariant.Draw(lesson, 1)).NeedOf(lesson.Find<RunBlock>("mean")!)!.Name);
    }

    [Theory]
    [InlineData("minutes: 10", "minutes: 1000", 3, "minutes must be a number from 1 to 90")]
    [InlineData("state: draft", "state: nearly", 4, "state must be finished or draft")]
    [InlineData("title: T", "titel: T", 2, "titel is not known here")]
    [InlineData("W = 1, 2", "W = 1, two", 5, "\"two\" is no number")]
    [InlineData("W = 1, 2", "W = 1,2,3,4,5,6,7,8,9,10,11,12,13", 5, "13 variants")]
    [InlineData("unit: ms\n", "unit: ms\nunit: s\n", 16, "unit stands here twice")]
    [InlineData("exact: mean(W, 5, 0, 600)", "exact: mean(V, 5, 0, 600)", 12, "nothing is called V here")]
    [InlineData("to: 1000", "to: 50", 12, "lies outside")]
    [InlineData("> settings W", "> setings W", 21, "unknown command")]
    [InlineData("as mean\n", "as mode\n", 28, "no run measures mean")]
    [InlineData("within: 20 %", "within: much", 30, "within must be such as 15 %")]
    [InlineData("```compare mean", "```compare mode", 28, "there is no prediction mode")]
    [InlineData("- [x] That => Yes.", "- [ ] That => Yes.", 42, "one of them right")]
    [InlineData("- [x] That => Yes.", "- [x] That", 46, "an answer needs a reply")]
    [InlineData("```choose why", "```choose", 42, "a name is missing behind choose")]
    public void What_is_wrong_is_said_with_its_line(string right, string wrong, int line, string what)
    {
        Assert.Contains(right, Right, StringComparison.Ordinal);
        var errors = Wrong(Right.Replace(right, wrong, StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Line == line && e.Message.StartsWith($"Line {line}: ", StringComparison.Ordinal) && e.Message.Contains(what, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("```try nothing\ntask: Do.\n```", "there is no challenge nothing")]
    [InlineData("```look map\npage: moon\ntask: Look.\n```", "page must be one of")]
    [InlineData("```code quorum\nfile: KvLab.Core/Replication/QuorumTracker.cs\nfrom: no such line\nlines: 3\ntask: Read.\n```", "no line of")]
    [InlineData("```code quorum\nfile: ../../etc/passwd\nfrom: root\nlines: 3\ntask: Read.\n```", "no line of")]
    [InlineData("```look map\npage: live\ntask: Look.", "has no end")]
    public void What_a_block_refers_to_must_be_there(string block, string what) => Assert.Contains(Wrong(Head + block), e => e.Message.Contains(what, StringComparison.Ordinal));

    [Fact]
    public void Without_a_head_or_longer_than_any_lesson_it_is_none()
    {
        Assert.Contains("begins with its head", Assert.Single(Wrong("Words")).Message, StringComparison.Ordinal);
        Assert.Contains("at most", Assert.Single(Wrong(new string('x', Lesson.LongestText + 1))).Message, StringComparison.Ordinal);
    }
}
