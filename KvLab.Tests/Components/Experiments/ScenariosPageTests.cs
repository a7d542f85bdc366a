using Bunit;
using KvLab.Core.Chaos;
using KvLab.Core.Control;
using KvLab.Core.Replication;
using KvLab.Core.Scenarios;
using KvLab.Core.Versioning;
using KvLab.Tests.Stories;
using KvLab.Web.Components.Pages;
using KvLab.Web.Leases;
using KvLab.Web.Runs;
using KvLab.Web.Scenarios;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components.Experiments;

[Trait("Category", "Component")]
public sealed class ScenariosPageTests : ExperimentPageTest
{
    private static readonly WriteSeen Success = new(WriteStatus.Success, new EntryVersion(1, 1), 3, 3, TimeSpan.FromMilliseconds(5), null);

    public ScenariosPageTests()
    {
        var runs = new RunRegistry(new ExclusiveLease(), TimeProvider.System);
        Services.AddSingleton(new ScenarioService(new RunBook<ScenarioRun>(runs, RunSort.Scenario), new RunBook<ChaosReport>(runs, RunSort.Chaos), () => new AnsweringStage([Success, Success]), TimeProvider.System));
    }

    private Shown Scenarios(string scenario) => Show<ScenariosPage>($"/scenarios?scenario={scenario}");

    [Fact]
    public void The_library_is_listed_and_a_story_reads_as_it_is_written()
    {
        var page = Scenarios("lost-ack");
        Assert.Equal(ScenarioLibrary.All.Length + 2, page.All("[data-testid=scenarios-list] [role=option]").Count);
        Assert.Equal("true", page.At("scenario-lost-ack").GetAttribute("aria-selected"));
        Assert.Contains("A client that is not answered with success knows nothing", page.Text("story-text"), StringComparison.Ordinal);
        Assert.Contains("link follower-1 answer.dropNext = 1", page.Text("story-text"), StringComparison.Ordinal);
        Assert.False(page.Has("story-state"));
    }

    [Fact]
    public async Task A_story_of_ones_own_is_checked_with_each_keystroke_and_played()
    {
        var page = Scenarios("own");
        await page.At("editor-text").InputAsync("# Mine\n> writ k = a\n");
        page.Until(() => page.Text("editor-errors").Contains("Line 2, at \"writ\"", StringComparison.Ordinal));
        Assert.True(page.At("editor-play").HasAttribute("disabled"));

        await page.At("editor-text").InputAsync("# Mine\n> write k = a\n> expect success\n> expect partial\n");
        page.Until(() => page.Text("editor-right").StartsWith("3 steps, 2 expectations", StringComparison.Ordinal));
        await page.At("editor-play").ClickAsync(new());
        page.Until(() => page.Has("story-state") && page.At("story-state").GetAttribute("data-state") == "failed");
        Assert.Equal("1 of 2 expectations held", page.Text("story-held"));
        Assert.Equal("ok", page.At("step-3").GetAttribute("data-state"));
        Assert.Equal("failed", page.At("step-4").GetAttribute("data-state"));
        Assert.StartsWith("does not hold: expect partial", page.Text("step-4"), StringComparison.Ordinal);
        Assert.Contains("success, v1, 3 of 3 acks", page.Text("step-4"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lost-ack", "story-play")]
    [InlineData("own", "editor-play")]
    [InlineData("chaos", "chaos-start")]
    public void Nothing_can_be_started_while_somebody_else_has_the_cluster(string scenario, string start)
    {
        var page = Scenarios(scenario);
        page.Until(() => page.Has(start));
        Assert.Null(page.At(start).Closest("fieldset[disabled]"));
        using var held = Services.GetRequiredService<ExclusiveLease>().Take("experiment", "Experiment 7", static () => { });
        page.Until(() => page.At(start).Closest("fieldset[disabled]") is not null);
    }

    [Theory]
    [InlineData("lost-ack", "story-simulate")]
    [InlineData("own", "editor-simulate")]
    public void In_the_simulator_a_story_plays_also_while_somebody_else_has_the_cluster_and_says_where_it_did(string scenario, string start)
    {
        using var held = Services.GetRequiredService<ExclusiveLease>().Take("experiment", "Experiment 7", static () => { });
        var page = Scenarios(scenario);
        page.UntilThere(start);
        page.At(start).Click();
        page.Until(() => page.Has("story-state") && page.At("story-state").GetAttribute("data-state") is "passed" or "failed");
        Assert.Contains("simulated", page.Text("story-held"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_with_its_line()
    {
        var page = Scenarios("freeze");
        await page.At("story-play").ClickAsync(new());
        page.Until(() => page.Has("story-problem"));
        Assert.StartsWith("Line 4, settings W = 4, deadline = 600 ms: Nothing can be done here.", page.Text("story-problem"), StringComparison.Ordinal);
        page.Until(() => page.Text("scenario-freeze").EndsWith("broken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_copy_goes_to_ones_own_story_and_is_kept()
    {
        var page = Scenarios("freeze");
        await page.At("story-edit").ClickAsync(new());
        var kept = await KeptAsync();
        Assert.Equal(("story", true), ((string)kept.Arguments[0]!, (bool)kept.Arguments[2]!));
        Assert.EndsWith("scenario=own", Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chaos_run_needs_whole_numbers_and_enough_followers()
    {
        var page = Scenarios("chaos");
        Assert.True(page.Has("chaos-empty"));
        await page.At("chaos-faults").InputAsync("many");
        await page.At("chaos-start").Closest("form")!.SubmitAsync();
        page.Until(() => page.Has("chaos-wrong"));
        Assert.Equal("Faults must be a whole number, but is \"many\".", page.Text("chaos-wrong"));
        await page.At("chaos-faults").InputAsync("5");
        await page.At("chaos-start").Closest("form")!.SubmitAsync();
        page.Until(() => page.Has("scenarios-problem"));
        Assert.Contains("at least 2 followers", page.Text("scenarios-problem"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chaos-gapMs", "5", "Between faults must be from 10 to 10000, but is 5.")]
    [InlineData("chaos-faults", "99999999999", "Faults must be from 1 to 2000, but is 99999999999.")]
    [InlineData("chaos-clients", "-1", "Clients must be from 1 to 64, but is -1.")]
    public async Task What_is_wrong_with_a_chaos_run_marks_its_field_until_it_is_right(string field, string typed, string sentence)
    {
        var page = Scenarios("chaos");
        await page.At(field).InputAsync(typed);
        await page.At("chaos-start").Closest("form")!.SubmitAsync();
        page.Until(() => page.Has("chaos-wrong"));
        Assert.Equal((sentence, "true"), (page.Text("chaos-wrong"), page.At(field).GetAttribute("aria-invalid")));
        Assert.False(page.Has("scenarios-problem"));
        await page.At(field).InputAsync("20");
        page.Until(() => !page.Has("chaos-wrong"));
        Assert.NotEqual("true", page.At(field).GetAttribute("aria-invalid"));
    }

    [Fact]
    public async Task What_was_said_about_a_start_ends_with_the_numbers_that_it_was_about()
    {
        var page = Scenarios("chaos");
        await page.At("chaos-start").Closest("form")!.SubmitAsync();
        page.Until(() => page.Has("scenarios-problem"));
        await page.At("chaos-keys").InputAsync("7");
        page.Until(() => !page.Has("scenarios-problem"));
    }

    [Fact]
    public void A_scenario_that_nobody_knows_leads_back() => Assert.Contains("There is no scenario gone", Scenarios("gone").Text("scenario-missing"), StringComparison.Ordinal);
}
