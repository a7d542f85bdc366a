using Xunit;

namespace KvLab.Tests.Scenarios;

/// <summary>The language of scenario files (Scenarios/README.md).</summary>
[Trait("Category", "Unit")]
public sealed class ScenarioLanguageTests
{
    private const string Story = "# Two sentences\n\nFirst one.\n> cluster followers=1 quorum=1\n> write k=a\n  0 ms   leader takes k=a as v1\n  ...\n\nThe end.\n> read k\n  leader holds a (v1)\n  follower-1 holds a (v1)\n";

    [Fact]
    public void A_story_has_a_title_commands_and_what_they_print()
    {
        var scenario = Scenario.Parse(Story);
        Assert.Equal("Two sentences", scenario.Title);
        Assert.Equal(["cluster", "write", "read"], scenario.Steps.Select(s => s.Command.Name));
        Assert.Equal(["0 ms leader takes k=a as v1", "..."], scenario.Steps[1].Expected);
        Assert.Equal(5, scenario.Steps[1].Line);
        Assert.Equal("1", scenario.Steps[0].Command.Options["followers"]);
        Assert.Equal(["k"], scenario.Steps[2].Command.Words);
    }

    [Fact]
    public void A_story_that_comes_true_has_no_failure() => Assert.Null(ScenarioRunner.Run(Scenario.Parse(Story), new LabStage(1)).Failure);

    [Fact]
    public void The_first_difference_is_shown_with_its_line()
    {
        var failure = ScenarioRunner.Run(Scenario.Parse(Story.Replace("leader holds a", "leader holds b", StringComparison.Ordinal)), new LabStage(1)).Failure!;
        Assert.Contains("line 10, > read", failure, StringComparison.Ordinal);
        Assert.Contains("leader holds a (v1)", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Traces_can_be_written_anew_and_then_hold()
    {
        var outdated = Scenario.Parse(Story.Replace("leader holds a", "leader holds b", StringComparison.Ordinal));
        var renewed = Scenario.Parse(outdated.WithTraces(ScenarioRunner.Run(outdated, new LabStage(1)).Printed));
        Assert.Null(ScenarioRunner.Run(renewed, new LabStage(1)).Failure);
        Assert.Contains("First one.", renewed.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { "..." }, new string[0], true)]
    [InlineData(new[] { "..." }, new[] { "a", "b" }, true)]
    [InlineData(new[] { "a", "...", "d" }, new[] { "a", "b", "c", "d" }, true)]
    [InlineData(new[] { "a", "...", "d" }, new[] { "a", "b" }, false)]
    [InlineData(new[] { "a" }, new[] { "a", "b" }, false)]
    [InlineData(new[] { "a", "b" }, new[] { "a" }, false)]
    [InlineData(new[] { "a b" }, new[] { "  a   b " }, true)]
    public void Three_dots_stand_for_any_lines_and_blanks_count_once(string[] expected, string[] printed, bool matches) =>
        Assert.Equal(matches, Scenario.Matches(expected, printed));

    [Theory]
    [InlineData("no title\n> cluster", 1, "title")]
    [InlineData("# Title only", 1, "at least one command")]
    [InlineData("# T\n  printed by nobody\n> cluster", 2, "no command stands above")]
    [InlineData("# T\n>", 2, "must be followed by a command")]
    [InlineData("# T\n> cluster quorum=1 quorum=2", 2, "quorum is given twice")]
    [InlineData("# T\n> cluster\n> fly", 3, "fly is an unknown command; the commands are cluster")]
    [InlineData("# T\n> write k=a", 2, "The first command must be: cluster")]
    [InlineData("# T\n> cluster speed=9", 2, "speed is an unknown setting")]
    [InlineData("# T\n> cluster quorum=many", 2, "many is no whole number")]
    [InlineData("# T\n> cluster followers=2 quorum=3", 2, "writeQuorum must be from 0 to 2")]
    [InlineData("# T\n> cluster quorum=1\n> write", 3, "write needs one key=value")]
    [InlineData("# T\n> cluster followers=2 quorum=1\n> write k=a delays=1", 3, "2 numbers, one per follower")]
    [InlineData("# T\n> cluster quorum=1\n> wait", 3, "wait 30 ms, or wait until quiet")]
    [InlineData("# T\n> cluster followers=1 quorum=1\n> down follower-2", 3, "needs a follower: follower-1")]
    public void A_mistake_is_named_with_its_line(string text, int line, string message)
    {
        var mistake = Assert.Throws<ScenarioException>(() => ScenarioRunner.Run(Scenario.Parse(text), new LabStage(1)));
        Assert.Equal(line, mistake.Line);
        Assert.Contains(message, mistake.Message, StringComparison.Ordinal);
    }
}
