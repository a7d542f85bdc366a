using Bunit;
using KvLab.Core.Experiments;
using KvLab.Web.Components.Pages;
using KvLab.Web.Experiments;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KvLab.Tests.Components.Experiments;

[Trait("Category", "Component")]
public sealed class RunListTests : ExperimentPageTest
{
    [Fact]
    public void An_empty_list_says_what_to_do() =>
        Assert.Contains("Choose a preset", Show<ExperimentsPage>("/experiments").Text("runs-empty"), StringComparison.Ordinal);

    [Fact]
    public void Runs_come_newest_first_with_their_state_as_shape_and_word()
    {
        var states = new[] { RunState.Done, RunState.Cancelled, RunState.Failed, RunState.Broken };
        Stored([.. states.Select(s => Clean with { Id = $"{s}", State = s })]);
        var page = Show<ExperimentsPage>("/experiments");

        Assert.Equal(states.Select(s => $"run-{s}"), page.All("[role=option]").Select(r => r.GetAttribute("data-testid")));
        Assert.Equal(["done", "cancelled", "failed", "broken"], page.All("[role=option] .kv-state").Select(s => s.TextContent.Trim()));
        Assert.Equal(4, page.All("[role=option] .kv-state use").Select(u => u.GetAttribute("href")).Distinct().Count());
        Assert.Contains("3 points · 180 writes", page.Text("run-Done"), StringComparison.Ordinal);
    }

    [Fact]
    public void Arrow_keys_move_through_the_runs_and_the_address_follows()
    {
        Stored(Clean, Naive);
        var page = Show<ExperimentsPage>("/experiments?run=clean");
        page.At("runs-list").KeyDown("ArrowDown");
        page.Until(() => Address.EndsWith("?run=naive", StringComparison.Ordinal));
        Assert.Equal("true", page.At("run-naive").GetAttribute("aria-selected"));
        page.Until(() => page.Has("run-title") && page.Text("run-title") == "Both modes");
    }

    [Fact]
    public void An_exported_run_can_be_imported_and_is_shown()
    {
        var page = Show<ExperimentsPage>("/experiments");
        page.Find<InputFile>().UploadFiles(InputFileContent.CreateFromBinary(RunFile.Write(Clean), "clean.kvlab.json"));
        page.UntilThere("run-title");
        Assert.Equal("Small", page.Text("run-title"));
        Assert.Equal("clean", Assert.Single(Experiments.List()).Id);
    }

    [Fact]
    public void A_stored_run_that_is_damaged_says_so_and_the_others_are_shown()
    {
        Stored(Clean, Naive);
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(Store.Folder, "experiments.db")};Pooling=False"))
        {
            connection.Open();
            using var damage = connection.CreateCommand();
            damage.CommandText = "UPDATE runs SET run = json_remove(run, '$.environment') WHERE id = 'clean'";
            Assert.Equal(1, damage.ExecuteNonQuery());
        }

        var page = Show<ExperimentsPage>("/experiments?run=clean");
        page.UntilThere("run-unreadable");
        Assert.Contains("run clean is damaged: environment is missing", page.Text("run-unreadable"), StringComparison.Ordinal);
        page.At("run-naive").Click();
        page.UntilThere("run-title");
    }

    [Fact]
    public void A_file_that_is_no_run_adds_nothing_and_says_why()
    {
        var page = Show<ExperimentsPage>("/experiments");
        page.Find<InputFile>().UploadFiles(InputFileContent.CreateFromText("{\"kind\":\"holiday\"}", "holiday.json"));
        page.UntilThere("experiments-problem");
        Assert.Contains("Nothing was added", page.Text("experiments-problem"), StringComparison.Ordinal);
        Assert.Empty(Experiments.List());
    }

    [Fact]
    public void A_run_that_is_not_there_is_said_to_be_missing()
    {
        var page = Show<ExperimentsPage>("/experiments?run=gone");
        page.UntilThere("run-missing");
        Assert.Contains("There is no run gone", page.Text("run-missing"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_is_renamed_and_deleted_only_after_a_second_word()
    {
        Stored(Clean);
        var page = Show<ExperimentsPage>("/experiments?run=clean");
        page.UntilThere("run-rename");
        page.At("run-rename").Click();
        page.UntilThere("run-name");
        page.At("run-name").Input("Monday");
        page.At("run-name").Closest("form")!.Submit();
        page.Until(() => page.Has("run-title") && page.Text("run-title") == "Monday");
        page.Until(() => page.Text("run-clean").Contains("Monday", StringComparison.Ordinal));

        page.At("run-delete").Click();
        page.UntilThere("run-delete-no");
        page.At("run-delete-no").Click();
        page.UntilThere("run-delete");
        Assert.Single(Experiments.List());
        page.At("run-delete").Click();
        page.UntilThere("run-delete-yes");
        page.At("run-delete-yes").Click();
        page.UntilThere("runs-empty");
        Assert.Empty(Experiments.List());
    }
}
