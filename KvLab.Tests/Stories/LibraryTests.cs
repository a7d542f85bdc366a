using KvLab.Core.Scenarios;
using Xunit;

namespace KvLab.Tests.Stories;

/// <summary>Every story of the library comes true, in virtual time and for several orders of what happens at one instant.</summary>
[Trait("Category", "Scenario")]
public sealed class LibraryTests
{
    public static TheoryData<string> Names => [.. ScenarioLibrary.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_story_comes_true(string name)
    {
        foreach (var seed in Enumerable.Range(1, 3))
        {
            var run = SimulatedRun.Play(ScenarioLibrary.Find(name)!, seed);
            Assert.True(run.State == ScenarioState.Passed, $"seed {seed}: {run.Problem}\n{Trace.Of(run)}");
        }
    }

    [Fact]
    public void Every_story_has_a_summary_and_something_to_expect()
    {
        Assert.InRange(ScenarioLibrary.All.Length, 10, 100);
        Assert.All(ScenarioLibrary.All, s =>
        {
            Assert.NotEqual("", s.Summary);
            Assert.Contains(s.Steps, step => step.IsExpectation);
        });
    }
}
