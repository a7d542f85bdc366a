using System.Text.Json;
using Bunit;
using KvLab.Core.Chaos;
using KvLab.Core.Scenarios;
using KvLab.Tests.Stories;
using KvLab.Web.Components.Pages;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Leases;
using KvLab.Web.Lessons;
using KvLab.Web.Options;
using KvLab.Web.Runs;
using KvLab.Web.Scenarios;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components.Experiments;

/// <summary>Predict first, then look.</summary>
[Trait("Category", "Component")]
public sealed class LessonsPageTests : ExperimentPageTest
{
    public LessonsPageTests()
    {
        Services.AddSingleton(new LessonBook(new LessonOptions()));
        var runs = new RunRegistry(new ExclusiveLease(), TimeProvider.System);
        Services.AddSingleton(new ScenarioService(new RunBook<ScenarioRun>(runs, RunSort.Scenario), new RunBook<ChaosReport>(runs, RunSort.Chaos), () => new AnsweringStage([]), TimeProvider.System));
    }

    private static readonly Lesson Latency = LessonLibrary.Find("quorum-and-latency")!;
    private static readonly PredictBlock Curve = Latency.Blocks.OfType<PredictBlock>().First(p => p.Along is not null);
    private static readonly ChoiceBlock Question = Latency.Blocks.OfType<ChoiceBlock>().First(c => !c.Before);

    private Shown Open() => Show<LessonsPage>($"/lessons/{Latency.Name}", page => page.Add(p => p.Name, Latency.Name));

    private static async Task PredictAsync(Shown page)
    {
        for (var i = 1; i <= Curve.Along!.Numbers.Length; i++) await page.At($"predict-{Curve.Name}-{i}").ChangeAsync("0");
        await page.At($"predict-{Curve.Name}").QuerySelector("form")!.SubmitAsync();
    }

    [Fact]
    public async Task A_run_opens_with_its_prediction_and_its_comparison_with_the_run()
    {
        var page = Open();
        Assert.False(page.Has($"run-{Curve.Name}-simulate"));
        Assert.Equal("false", page.At($"compare-{Curve.Name}").GetAttribute("data-shown"));
        // What is exact is nowhere in the page before the prediction.
        Assert.DoesNotContain("exact is", page.Text("lesson-text"), StringComparison.Ordinal);

        await PredictAsync(page);
        page.UntilThere($"run-{Curve.Name}-simulate");
        Assert.False(page.Has($"predict-{Curve.Name}-give"));
        await page.At($"run-{Curve.Name}-simulate").ClickAsync(new());
        page.Until(() => page.At($"run-{Curve.Name}").GetAttribute("data-state") == "done");
        page.Until(() => page.At($"compare-{Curve.Name}").GetAttribute("data-shown") == "true");
        Assert.Contains("you predicted 0 ms; exact is ", page.Text($"compare-{Curve.Name}-sentence"), StringComparison.Ordinal);
        Assert.StartsWith("Not close.", page.Text($"compare-{Curve.Name}-reply"), StringComparison.Ordinal);
        Assert.Contains("simulated", page.Text($"run-{Curve.Name}-kept"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prediction_needs_a_number_in_every_field()
    {
        var page = Open();
        await page.At($"predict-{Curve.Name}").QuerySelector("form")!.SubmitAsync();
        Assert.Contains("Enter a number in every field", page.Text($"predict-{Curve.Name}"), StringComparison.Ordinal);
        Assert.Equal("false", page.At($"predict-{Curve.Name}").GetAttribute("data-given"));
    }

    [Fact]
    public async Task A_wrong_answer_has_its_own_reply_and_the_question_stays_open()
    {
        var page = Open();
        // What follows a comparison would give it away.
        Assert.False(page.Has($"choose-{Question.Name}"));
        await PredictAsync(page);
        page.UntilThere($"run-{Curve.Name}-simulate");
        await page.At($"run-{Curve.Name}-simulate").ClickAsync(new());
        page.UntilThere($"choose-{Question.Name}");
        foreach (var (at, option) in Question.Options.Index().OrderBy(o => o.Item.Right))
        {
            await page.At($"choose-{Question.Name}").QuerySelectorAll("input[type=radio]")[at].ClickAsync(new());
            page.UntilThere($"reply-{Question.Name}-{at + 1}");
            Assert.Equal(option.Right ? "true" : "false", page.At($"choose-{Question.Name}").GetAttribute("data-right"));
        }
    }

    [Fact]
    public void What_a_rewritten_lesson_has_no_place_for_is_left_out()
    {
        var told = new LessonTold(Latency, LessonVariant.All(Latency)[0]);
        var progress = LessonProgress.Begin(1);
        progress = progress with { Predicted = progress.Predicted.Add("gone", [1]).Add(Curve.Name, [1]), Chosen = progress.Chosen.Add(Question.Name, [99]) };
        Assert.False(progress.For(told).IsBegun);
    }

    /// <summary>Anybody can change it there.</summary>
    [Theory]
    [InlineData("{\"seed\":1}")]
    [InlineData("{\"seed\":1,\"predicted\":{\"CURVE\":null},\"chosen\":{\"QUESTION\":[]},\"runs\":{\"CURVE\":{\"at\":\"2026-01-01T00:00:00Z\"}}}")]
    [InlineData("{\"seed\":1,\"predicted\":{},\"chosen\":{\"QUESTION\":[-1]},\"runs\":{\"CURVE\":null}}")]
    public void What_somebody_changed_in_the_browser_ends_no_page(string stored)
    {
        using var json = JsonDocument.Parse(stored.Replace("CURVE", Curve.Name, StringComparison.Ordinal).Replace("QUESTION", Question.Name, StringComparison.Ordinal));
        var told = new LessonTold(Latency, LessonVariant.All(Latency)[0]);
        var read = StoredJson.Read<LessonProgress>(json.RootElement)!.For(told);
        Assert.False(read.IsBegun);
        Assert.Empty(read.Runs);
    }
}
