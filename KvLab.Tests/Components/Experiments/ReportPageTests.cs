using System.Text.Json;
using Bunit;
using KvLab.Tests.Experiments;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Components.Pages;
using KvLab.Web.Components.Panels.Reporting;
using KvLab.Web.Pictures;
using KvLab.Web.Reports;
using Xunit;

namespace KvLab.Tests.Components.Experiments;

[Trait("Category", "Component")]
public sealed class ReportPageTests : ExperimentPageTest
{
    private Shown Report(string id = "clean", string more = "") => Show<ReportPage>($"/experiments/{id}/report{more}", p => p.Add(r => r.Id, id));

    private string Preview => (string)Page.Invocations["showPreview"][^1].Arguments[1]!;

    // The preview goes past Blazor's renders, so it is looked at again and again.
    private Task PreviewedAsync(Func<string, bool> shows) =>
        Patience.UntilAsync(() => Page.Invocations["showPreview"].Count > 0 && shows(Preview), "the preview shows it");

    [Fact]
    public async Task The_preview_is_the_report_that_rest_gives()
    {
        Stored(Clean);
        var page = Report();
        await PreviewedAsync(html => html.Length > 0);
        Assert.Equal(ReportBuilder.Build(new ReportRequest { Runs = ["clean"] }, [Experiments.Find("clean")!]), Preview);
        Assert.Equal("allow-same-origin allow-modals", page.At("report-preview").GetAttribute("sandbox"));
    }

    [Fact]
    public async Task Words_are_kept_with_every_keystroke_and_come_into_the_preview()
    {
        Stored(Clean);
        var page = Report();
        _ = page.At("report-answer-1").InputAsync("Because W answers are <awaited>.");
        var kept = await KeptAsync();
        Assert.Equal(("report.clean", true), ((string)kept.Arguments[0]!, (bool)kept.Arguments[2]!));
        Assert.Equal("Because W answers are <awaited>.", Assert.IsType<ReportDraft>(kept.Arguments[1]).Answers[0]);
        await PreviewedAsync(html => html.Contains("Because W answers are &lt;awaited&gt;.", StringComparison.Ordinal));
        Assert.Contains(ReportRequest.GuidingQuestions[0], Preview, StringComparison.Ordinal);
        Assert.DoesNotContain(ReportRequest.GuidingQuestions[1], Preview, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_that_this_browser_put_aside_are_in_the_report_until_they_are_left_out_or_deleted()
    {
        Stored(Clean);
        var mine = Pictures.Add(PictureKind.Map, "The map at its busiest", null, PictureTable.None, PictureTests.Png);
        var others = Pictures.Add(PictureKind.Map, "Of somebody else", null, PictureTable.None, PictureTests.Png);
        Page.Setup<JsonElement>("load", "pictures", true).SetResult(JsonSerializer.SerializeToElement(new[] { mine.Id }));
        var page = Report();
        await PreviewedAsync(html => html.Contains("The map at its busiest", StringComparison.Ordinal));
        // The preview stands beside the lab, which has the picture; the file that is taken home has it inside.
        Assert.Contains($"src=\"http://localhost/api/pictures/{mine.Id}.png\"", Preview, StringComparison.Ordinal);
        Assert.DoesNotContain("Of somebody else", page.At("report-pictures").TextContent + Preview, StringComparison.Ordinal);
        page.At("report-picture-1").Change(false);
        await PreviewedAsync(html => !html.Contains("The map at its busiest", StringComparison.Ordinal));
        page.At("report-picture-1-remove").Click();
        page.Until(() => !page.Has("report-picture-1"));
        Assert.Equal(others.Id, Assert.Single(Pictures.List()).Id);
    }

    [Fact]
    public async Task Group_hypothesis_method_and_label_come_into_the_preview()
    {
        Stored(Clean);
        var page = Report();
        foreach (var (field, text) in new[] { ("report-members", "Grace, Edsger"), ("report-label", "Monday"), ("report-hypothesis", "It **rises**."), ("report-method", "We ran it: @tbl:settings.") })
            await page.At(field).InputAsync(text);
        await PreviewedAsync(html => html.Contains("We ran it: Table 1.", StringComparison.Ordinal));
        Assert.Contains(">Grace, Edsger</p>", Preview, StringComparison.Ordinal);
        Assert.Contains("<h3>Monday</h3>", Preview, StringComparison.Ordinal);
        Assert.Contains("It <strong>rises</strong>.", Preview, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_names_each_figure_by_its_number_in_the_report()
    {
        Stored(Clean);
        var page = Report();
        page.Until(() => page.All(".kv-report-figures label")[2].TextContent.Contains("Figure 3: Percentiles of write latency", StringComparison.Ordinal));
        _ = page.At("report-figure-residuals").ChangeAsync(false);
        await PreviewedAsync(html => !html.Contains("id=\"clean-residuals\"", StringComparison.Ordinal));
        page.Until(() => page.All(".kv-report-figures label")[2].TextContent.Contains("Figure 2: Percentiles of write latency", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Words_of_another_day_are_there_again()
    {
        Page.Setup<JsonElement>("load", _ => true).SetResult(JsonSerializer.SerializeToElement(new ReportDraft { Title = "Monday", Answers = ["first"], Paper = "Letter" }, JsonSerializerOptions.Web));
        Stored(Clean);
        var page = Report();
        Assert.Equal("Monday", page.At("report-title").GetAttribute("value"));
        Assert.Equal("first", page.At("report-answer-1").GetAttribute("value"));
        Assert.Equal("", page.At("report-answer-5").GetAttribute("value"));
        await PreviewedAsync(html => html.Length > 0);
        Assert.Contains("size: Letter", Preview, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_figure_that_is_left_out_is_not_in_the_report()
    {
        Stored(Clean);
        var page = Report();
        await PreviewedAsync(html => html.Length > 0);
        Assert.Contains("id=\"clean-percentiles\"", Preview, StringComparison.Ordinal);
        Assert.Equal(RunFigures.All(Clean).Count, page.All(".kv-report-figures input").Count);
        _ = page.At("report-figure-percentiles").ChangeAsync(false);
        await PreviewedAsync(html => !html.Contains("id=\"clean-percentiles\"", StringComparison.Ordinal));
        Assert.Contains("id=\"clean-distribution\"", Preview, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_brings_its_figures_and_the_comparison()
    {
        Stored(Clean, Naive);
        var page = Report(more: "?compare=naive");
        await PreviewedAsync(html => html.Length > 0);
        Assert.Contains("id=\"runs-comparison\"", Preview, StringComparison.Ordinal);
        Assert.True(page.Has("report-figure-conflicts"));
    }

    [Fact]
    public void A_report_of_no_run_leads_back() =>
        Assert.Contains("There is no run gone", Report("gone").Text("report-missing"), StringComparison.Ordinal);
}
