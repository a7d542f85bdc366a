using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Control;
using KvLab.Core.Scenarios;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Stories;

/// <summary>The language of scenarios (docs/scenarios.md).</summary>
[Trait("Category", "Unit")]
public sealed class ScenarioParserTests
{
    private static ScenarioCommand One(string line) => Assert.Single(Scenario.Parse($"# T\n> {line}\n").Steps).Command;

    private static ScenarioCommand After(string first, string line) => Scenario.Parse($"# T\n> {first}\n> {line}\n").Steps[1].Command;

    private static Expectation Expected(string what) => Assert.IsType<ExpectCommand>(One($"expect {what}")).Expectation;

    private static ScenarioError Wrong(string line) =>
        Assert.Single(Assert.Throws<ScenarioSyntaxException>(() => Scenario.Parse($"# T\n\n> {line}\n")).Errors);

    [Fact]
    public void A_story_has_a_title_a_summary_sentences_and_steps()
    {
        var story = Scenario.Parse("# Two words\r\nWhat it is\r\nabout.\r\n\r\nMore.\r\n> kill follower-1\r\n\r\nThen this.\r\n> expect lost = 0\r\n", "two");
        Assert.Equal(("two", "Two words", "What it is about."), (story.Name, story.Title, story.Summary));
        Assert.Equal([(6, "kill follower-1", false), (9, "expect lost = 0", true)], story.Steps.Select(s => (s.Line, s.Text, s.IsExpectation)));
        Assert.Equal("Then this.", story.Steps[1].Story);
        Assert.DoesNotContain('\r', story.Text);
    }

    [Fact]
    public void Settings_have_the_names_of_the_api_and_short_ones()
    {
        var patch = Assert.IsType<SettingsCommand>(One("settings W = 2, delay = 1..20.5 ms, deadline = 800 ms, mode = naive, delivery=once")).Patch;
        Assert.Equal(new LiveSettingsPatch
        {
            WriteQuorum = 2,
            MinDelayMs = 1,
            MaxDelayMs = 20.5,
            ReplicationTimeoutMs = 800,
            Versioning = VersioningMode.Naive,
            Delivery = Delivery.Once,
        }, patch);
    }

    [Fact]
    public void A_write_may_have_a_name_and_chosen_delays_and_need_not_be_waited_for()
    {
        Assert.Equal(new WriteCommand("k", "a", null, null, true), One("write k = a"));
        Assert.Equal(new WriteCommand("my key", "two words", null, null, true), One("write \"my key\" = \"two words\""));
        var begun = Assert.IsType<WriteCommand>(One("begin write k=a as first delays follower-1 = 200 ms, follower-2 = 3"));
        Assert.Equal(("first", false), (begun.Name, begun.Waits));
        Assert.Equal(new Dictionary<string, double> { ["follower-1"] = 200, ["follower-2"] = 3 }, begun.DelaysMs);
    }

    [Fact]
    public void Commands_for_nodes_links_and_time()
    {
        Assert.Equal(new BurstCommand(200, 20, 4, true), One("burst 200 writes over 20 keys by 4 clients"));
        Assert.Equal(new BurstCommand(5, 10, 8, false), One("begin burst 5 writes"));
        Assert.Equal(new ReadCommand("k", "follower-2", 1), One("read k from follower-2"));
        Assert.Equal(new ReadCommand("k", null, 3), One("read k from 3 followers"));
        Assert.Equal(new NodeCommand(NodeAct.Kill, "follower-2", 0), One("kill follower-2"));
        Assert.Equal(new NodeCommand(NodeAct.Slow, "follower-2", 1500), One("slow follower-2 by 1.5 s"));
        Assert.Equal(new StartCommand("leader", false), One("start leader forgetful"));
        Assert.Equal(new HealCommand(null), One("heal"));
        Assert.Equal(new FailOverCommand("follower-3"), One("fail over to follower-3"));
        Assert.Equal(new PauseCommand(200), One("wait 200 ms"));
        Assert.Equal(new WaitCommand(true), One("wait until answered"));
        Assert.Equal(["follower-1", "follower-2"], Assert.IsType<PartitionCommand>(One("partition follower-1, follower-2")).OtherSide);
        Assert.Equal(new LinkFaults { Seed = 3, Answer = new DirectionFaults { LossPercent = 50, DropNext = 1 } },
            Assert.IsType<LinkCommand>(One("link follower-1 answer.lossPercent = 50, answer.dropNext = 1, seed = 3")).Faults);
    }

    [Fact]
    public void Expectations()
    {
        Assert.Equal(new AnswerExpectation(null, AnswerKind.Success), Expected("success"));
        Assert.Equal(new AcksExpectation(null, new Comparison(">=", 2)), Expected("acks >= 2"));
        Assert.Equal(new WithinExpectation(null, 50), Expected("within 50 ms"));
        Assert.Equal(new EntryExpectation("k", "a", "all"), Expected("k = a on all"));
        Assert.Equal(new EntryExpectation("k", null, "follower-2"), Expected("k missing on follower-2"));
        Assert.Equal(new ReplicasExpectation(false), Expected("replicas differ"));
        Assert.Equal(new LostExpectation(new Comparison("=", 0)), Expected("lost = 0"));
        Assert.Equal(new EventsExpectation(EventKind.EntryRefused, new Comparison(">", 1), "follower-1"), Expected("refused > 1 on follower-1"));
        Assert.Equal(new EventsExpectation(EventKind.MessageLost, new Comparison("<=", 3), null), Expected("count message_lost <= 3"));
        Assert.Equal(new BurstExpectation(AnswerKind.Unanswered, new Comparison("=", 0)), Expected("burst unanswered = 0"));
        Assert.Equal(new VersionsExpectation(), Expected("versions increase"));
        Assert.Equal(new LeaderExpectation("follower-1"), Expected("leader is follower-1"));
        Assert.Equal(new ReadExpectation(ReadKind.Stale), Expected("read stale"));
        Assert.Equal(new FindsExpectation("a b"), Expected("read finds \"a b\""));
        Assert.Equal(new FindsExpectation(null), Expected("read finds nothing"));
        Assert.Equal(new EntryExpectation("read", "a", "all"), Expected("read = a on all"));
        Assert.True(Assert.IsType<ExpectCommand>(One("expect eventually replicas equal")).Eventually);
        Assert.Equal(new AnswerExpectation("first", AnswerKind.Partial), Assert.IsType<ExpectCommand>(After("write k = a as first", "expect first partial")).Expectation);
        Assert.Equal(new EntryExpectation("refused", "a", "all"), Expected("refused = a on all"));
    }

    [Theory]
    [InlineData("kil follower-1", "kil", "unknown command")]
    [InlineData("kill", "", "a node such as follower-1 is missing")]
    [InlineData("kill follower-1 now", "now", "nothing more")]
    [InlineData("write k a", "a", "= is expected here")]
    [InlineData("write k = a because", "because", "come “as” or “delays”")]
    [InlineData("begin kill leader", "kill", "begin must be followed by write or burst")]
    [InlineData("burst many writes", "many", "whole number from 1 to 10000")]
    [InlineData("settings W = lots", "lots", "writeQuorum must be a whole number")]
    [InlineData("settings speed = 3", "3", "speed is not a known field")]
    [InlineData("link follower-1 answer.lossPercent = 101", "101", "answer.lossPercent must be from 0 to 100")]
    [InlineData("read k", "", "from is expected here")]
    [InlineData("read k from 0 followers", "0", "whole number from 1 to 100")]
    [InlineData("expect read finds", "", "a value, or nothing is missing")]
    [InlineData("wait until noon", "noon", "quiet or answered")]
    [InlineData("wait 5 minutes", "minutes", "ms is expected here")]
    [InlineData("expect happiness", "happiness", "unknown expectation")]
    [InlineData("expect lost about 3", "about", "a comparison is expected here")]
    [InlineData("expect count nonsense = 1", "nonsense", "unknown kind of event")]
    [InlineData("expect k = a", "", "on is expected here")]
    public void A_mistake_names_its_line_and_word(string line, string word, string why)
    {
        var error = Wrong(line);
        Assert.Equal((3, word), (error.Line, error.Word));
        Assert.StartsWith("Line 3, at ", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_told_at_once() =>
        Assert.Equal([2, 3], Assert.Throws<ScenarioSyntaxException>(() => Scenario.Parse("# T\n> kil x\n> wait\n")).Errors.Select(e => e.Line));

    [Theory]
    [InlineData("> kill leader", "begins with its title")]
    [InlineData("# Only a title", "at least one command")]
    public void A_story_needs_a_title_and_a_command(string text, string why) =>
        Assert.Contains(why, Assert.Throws<ScenarioSyntaxException>(() => Scenario.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_writes_cannot_have_one_name() =>
        Assert.Contains("another write has this name", Assert.Throws<ScenarioSyntaxException>(() => Scenario.Parse("# T\n> write k = a as x\n> write k = b as x\n")).Message, StringComparison.Ordinal);
}
