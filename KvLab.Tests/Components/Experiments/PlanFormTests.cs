using Bunit;
using KvLab.Core.Experiments.Plans;
using KvLab.Web.Components.Pages;
using KvLab.Web.Leases;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components.Experiments;

[Trait("Category", "Component")]
public sealed class PlanFormTests : ExperimentPageTest
{
    private Shown Form() => Show<ExperimentsPage>("/experiments");

    [Fact]
    public void The_form_begins_with_the_current_assignment_and_what_theory_expects_of_it()
    {
        var page = Form();
        Assert.Equal("100", page.At("plan-writes").GetAttribute("value"));
        Assert.True(page.At("preset-current").HasAttribute("checked"));
        Assert.Equal("5 points", page.Text("plan-points"));
        Assert.Contains("167 ms", page.Text("plan-forecast"), StringComparison.Ordinal);
        Assert.Contains("833 ms", page.Text("plan-forecast"), StringComparison.Ordinal);
    }

    [Fact]
    public void No_experiment_can_be_started_while_somebody_else_has_the_cluster()
    {
        var page = Form();
        using var held = Services.GetRequiredService<ExclusiveLease>().Take("chaos", "A chaos run", static () => { });
        page.Until(() => page.At("plan-start").Closest("fieldset[disabled]") is not null);
    }

    [Fact]
    public void Every_preset_fills_the_form_with_a_plan_that_can_start()
    {
        var page = Form();
        foreach (var preset in Presets.All)
        {
            page.At($"preset-{preset.Preset}").Change(true);
            Assert.Equal($"{preset.Writes}", page.At("plan-writes").GetAttribute("value"));
            Assert.Equal($"{preset.PointCount} {(preset.PointCount == 1 ? "point" : "points")}", page.Text("plan-points"));
            Assert.False(page.At("plan-start").HasAttribute("disabled"));
        }
    }

    [Fact]
    public void A_change_by_hand_makes_the_plan_custom_and_the_forecast_follows()
    {
        var page = Form();
        page.At("plan-max").Input("500");
        Assert.True(page.At("preset-custom").HasAttribute("checked"));
        Assert.Equal("Custom", page.At("plan-name").GetAttribute("value"));
        Assert.Contains("417 ms", page.Text("plan-forecast"), StringComparison.Ordinal);

        page.At("plan-quorum-5").Click();
        Assert.Equal("4 points", page.Text("plan-points"));
        Assert.Equal("false", page.At("plan-quorum-5").GetAttribute("aria-pressed"));
    }

    [Theory]
    [InlineData("plan-writes", "many", "writes must be a whole number, but is \"many\".")]
    [InlineData("plan-writes", "0", "writes must be from 1 to 1000000, but is 0.")]
    [InlineData("plan-keys", "", "keys is missing.")]
    [InlineData("plan-concurrency", "201", "concurrency must be from 1 to 200, but is 201.")]
    [InlineData("plan-max", "a,5", "maxDelayMs must be a number, with a point before its decimals, but is \"a,5\".")]
    [InlineData("plan-writes", "1,000", "writes is ambiguous: write 1000 or 1.")]
    [InlineData("plan-writes", "3.5", "writes must be a whole number, but is 3.5.")]
    [InlineData("plan-writes", "99999999999", "writes must be from 1 to 1000000, but is 99999999999.")]
    [InlineData("plan-max", "1.000", "maxDelayMs is ambiguous: write 1000 or 1.")]
    [InlineData("plan-min", "-5", "minDelayMs must be from 0 to 60000, but is -5.")]
    [InlineData("plan-min", "99999999999", "minDelayMs must be from 0 to 60000, but is 99999999999.")]
    [InlineData("plan-timeout", "0", "replicationTimeoutMs must be from 1 to 600000, but is 0.")]
    [InlineData("plan-settle", "60001", "settleMs must be from 0 to 60000, but is 60001.")]
    [InlineData("plan-repetitions", "21", "repetitions must be from 1 to 20, but is 21.")]
    [InlineData("plan-name", "", "name must have 1 to 120 characters.")]
    public void What_is_wrong_is_said_at_its_field_and_nothing_can_start(string field, string typed, string expected)
    {
        var page = Form();
        page.At(field).Input(typed);

        page.UntilThere($"{field}-error");
        Assert.Equal(expected, page.Text($"{field}-error"));
        Assert.Equal("true", page.At(field).GetAttribute("aria-invalid"));
        Assert.Equal(typed, page.At(field).GetAttribute("value"));
        Assert.Equal("1 field", page.Text("plan-wrong"));
        Assert.True(page.At("plan-start").HasAttribute("disabled"));
    }

    [Fact]
    public void What_cannot_be_read_hides_nothing_that_is_wrong_elsewhere_and_adds_nothing_to_it()
    {
        var page = Form();
        page.At("plan-writes").Input("many");
        page.At("plan-min").Input("-5");
        page.At("plan-max").Input("");
        page.At("plan-concurrency").Input("0");
        page.At("plan-name").Input("");
        page.Choose("plan-sweep", "delay range");
        page.UntilThere("plan-sweep-values");
        page.At("plan-sweep-values").Input("5-1");
        foreach (var field in (string[])["plan-writes", "plan-min", "plan-max", "plan-concurrency", "plan-name"]) Assert.True(page.Has($"{field}-error"), field);
        Assert.False(page.Has("plan-keys-error") || page.Has("plan-quorums-error"));
        page.At("plan-writes").Input("10");
        page.At("plan-min").Input("0");
        page.At("plan-concurrency").Input("1");
        page.At("plan-name").Input("mine");
        Assert.True(page.Has("plan-max-error"));
        page.UntilThere("plan-sweep-values-error");
        Assert.Equal("sweep.values: \"5-1\" begins above its end; write min-max in ms, such as 0.1-1.", page.Text("plan-sweep-values-error"));
    }

    [Theory]
    [InlineData("5-1", "\"5-1\" begins above its end")]
    [InlineData("0-99999", "maxDelayMs must be from 0 to 60000 ms, but is 99999")]
    public void A_range_that_is_none_is_said_at_the_sweep(string typed, string words)
    {
        var page = Form();
        page.Choose("plan-sweep", "delay range");
        page.At("plan-sweep-values").Input(typed);
        Assert.Contains(words, page.Text("plan-sweep-values-error"), StringComparison.Ordinal);
        Assert.False(page.Has("plan-min-error") || page.Has("plan-max-error"));
        Assert.True(page.At("plan-start").HasAttribute("disabled"));
    }

    [Fact]
    public void A_plan_without_a_quorum_cannot_start()
    {
        var page = Form();
        foreach (var w in Enumerable.Range(1, 5)) page.At($"plan-quorum-{w}").Click();
        Assert.Equal("quorums must name at least one write quorum.", page.Text("plan-quorums-error"));
    }

    [Fact]
    public void A_sweep_brings_an_example_of_its_values_and_multiplies_the_points()
    {
        var page = Form();
        Assert.False(page.Has("plan-sweep-values"));
        page.Choose("plan-sweep", "versioned / naive");
        Assert.Equal("versioned, naive", page.At("plan-sweep-values").GetAttribute("value"));
        Assert.Equal("10 points", page.Text("plan-points"));

        page.At("plan-sweep-values").Input("versioned, careless");
        Assert.Contains("\"careless\" is not a value of versioning", page.Text("plan-sweep-values-error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_typed_is_kept_in_the_tab()
    {
        var page = Form();
        page.At("plan-writes").Input("77");
        var kept = await KeptAsync();
        Assert.Equal(("plan", false), ((string)kept.Arguments[0]!, (bool)kept.Arguments[2]!));
        Assert.Contains("Writes = 77", kept.Arguments[1]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Starting_shows_the_run_and_its_progress_until_it_is_cancelled()
    {
        var page = Form();
        page.At("plan-writes").Input("20");
        page.At("plan-start").Closest("form")!.Submit();

        page.UntilThere("run-progress");
        var id = Assert.Single(Experiments.List()).Id;
        Assert.Contains($"run={id}", Address, StringComparison.Ordinal);
        Assert.Equal("0 of 5 points done", page.Text("run-points-done"));
        page.Until(() => page.Text("run-doing").Contains("calibrating", StringComparison.Ordinal));

        page.At("run-pause").Click();
        page.Until(() => page.Text("run-doing").Contains("paused", StringComparison.Ordinal));
        page.At("run-resume").Click();
        page.UntilThere("run-pause");

        page.At("run-cancel").Click();
        page.Until(() => page.At("run-view").GetAttribute("data-state") == "cancelled");
        Assert.False(page.Has("run-progress"));
        Assert.Equal("cancelled", Shown.Fold(page.All($"[data-testid='run-{id}'] .kv-state")[0].TextContent));
    }

    [Fact]
    public async Task Another_experiment_cannot_start_while_one_is_under_way()
    {
        var running = await Experiments.StartAsync(Presets.Current, Xunit.TestContext.Current.CancellationToken);
        var page = Form();
        Assert.Contains("Current is running", page.Text("plan-busy"), StringComparison.Ordinal);
        Assert.True(page.At("plan-start").HasAttribute("disabled"));

        Experiments.Cancel(running.Id);
        page.Until(() => !page.Has("plan-busy"));
        Assert.False(page.At("plan-start").HasAttribute("disabled"));
    }
}
