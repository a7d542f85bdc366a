using System.Net;
using System.Text.RegularExpressions;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>Scenarios and a short chaos run on real nodes, started as a script would.</summary>
[Trait("Category", "Process")]
public sealed partial class ScenarioProcessTests(LabOfFive shared) : IClassFixture<LabOfFive>
{
    private static async Task<NodeReply> OverAsync(LabDashboard lab, string path)
    {
        NodeReply? run = null;
        await Patience.UntilAsync(async () => (string)(run = await lab.GetAsync(path))["state"]! != "running", $"{path} ends");
        return run!;
    }

    [Fact]
    public async Task Every_story_of_the_library_comes_true_on_real_nodes_as_in_the_simulator_and_leaves_the_lab_as_it_was()
    {
        var lab = await shared.FreshAsync();
        var settings = lab.Snapshot.Settings;
        var library = await lab.GetAsync("/api/scenarios");
        Assert.Equal(ScenarioLibrary.All.Select(s => s.Name), library.Body!.AsArray().Select(s => (string)s!["name"]!));
        var differences = new List<string>();
        foreach (var scenario in ScenarioLibrary.All)
        {
            var started = await lab.PostAsync("/api/scenarios", $$"""{"name":"{{scenario.Name}}"}""");
            Assert.Equal(HttpStatusCode.Accepted, started.Status);
            Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync("/api/scenarios", """{"name":"freeze"}""")).Status);
            var run = await OverAsync(lab, $"/api/scenarios/runs/{started["id"]}");
            Assert.True((string)run["state"]! == "passed", run.Text);

            // Line by line: what each write was answered, what each node held, what each burst came to.
            var simulated = SimulatedStory.Run(scenario, 5, seed: 7, "run", TimeProvider.System, _ => { }, CancellationToken.None).Run;
            differences.AddRange(Outcomes(scenario, simulated.Steps.Select(s => s.Note)).Zip(Outcomes(scenario, run["steps"]!.AsArray().Select(s => (string?)s!["note"])))
                .Where(o => o.First != o.Second).Select(o => $"simulated: {o.First}\n     real: {o.Second}"));
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        var after = await lab.WhenAsync(s => s.Settings is { } now && now with { DelayOrigin = 0 } == settings! with { DelayOrigin = 0 });
        Assert.Equal("leader", after.Leader!.Id);
        Assert.Equal(HttpStatusCode.OK, (await lab.WriteAsync("k", "1")).Status);
    }

    /// <summary>
    /// What came of each line of a story: how writes were answered and by how many, what each node holds, who leads, what is lost. Left out is what two worlds cannot have in common: times, how often
    /// something had happened when somebody looked, numbers that a lab goes on counting where a simulation begins, and in which words a node that is not there does not answer.
    /// </summary>
    private static IEnumerable<string> Outcomes(Scenario scenario, IEnumerable<string?> notes) =>
        notes.Zip(scenario.Steps, (note, step) => $"{scenario.Name}, line {step.Line}: {Counted().Replace(Said(step.Command, note ?? ""), "…")}");

    private static string Said(ScenarioCommand command, string note) => command switch
    {
        FailOverCommand => note.Split('.')[0],
        ExpectCommand { Expectation: ReplicasExpectation } => note.Split(". ")[^1],
        _ when note.StartsWith("no answer", StringComparison.Ordinal) => "no answer",
        _ => note,
    };

    [GeneratedRegex(@"\b([0-9.]+ m?s|[0-9]+ so far|epoch [0-9]+|(e[0-9]+·)?v[0-9]+)\b")]
    private static partial Regex Counted();

    [Fact]
    public async Task Ones_own_story_can_fail_and_says_where()
    {
        var lab = await shared.FreshAsync();
        var started = await lab.PostAsync("/api/scenarios", """{"text":"# Mine\n> write k = a\n> expect success\n> expect k = b on leader\n"}""");
        var run = await OverAsync(lab, $"/api/scenarios/runs/{started["id"]}");
        Assert.Equal("failed", (string)run["state"]!);
        Assert.Equal(["ok", "ok", "failed"], run["steps"]!.AsArray().Select(s => (string)s!["state"]!));
        Assert.StartsWith("leader holds a", (string)run["steps"]![2]!["note"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await lab.PostAsync("/api/scenarios", """{"name":"nothing"}""")).Status);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_puts_the_lab_back()
    {
        var lab = await shared.FreshAsync();
        var started = await lab.PostAsync("/api/scenarios", """{"text":"# Long\n> settings W = 2\n> kill follower-1\n> wait 60 s\n"}""");
        var path = $"/api/scenarios/runs/{started["id"]}";
        await Patience.UntilAsync(async () => (string)(await lab.GetAsync(path))["steps"]![2]!["state"]! == "running", "it waits");
        Assert.Equal(HttpStatusCode.NoContent, (await lab.PostAsync(path + "/cancel")).Status);
        Assert.Equal("cancelled", (string)(await OverAsync(lab, path))["state"]!);
        await lab.WhenAsync(s => s.Nodes.All(n => n.State == Core.Observation.Snapshots.NodeState.Running));
        Assert.Equal(HttpStatusCode.Conflict, (await lab.PostAsync(path + "/cancel")).Status);
    }

    [Fact]
    public async Task Eight_faults_under_load_lose_no_acknowledged_write()
    {
        var lab = await shared.FreshAsync();
        var started = await lab.PostAsync("/api/chaos", """{"faults":8,"seed":3}""");
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        var report = await OverAsync(lab, $"/api/chaos/{started["id"]}");
        var text = await lab.GetAsync($"/api/chaos/{started["id"]}.txt");
        Assert.True((string)report["state"]! == "passed", text.Text);
        Assert.Equal(0, (int)report["lost"]!);
        Assert.Equal(8, (int)report["done"]!);
        Assert.All(report["verdicts"]!.AsArray(), v => Assert.True((bool)v!["holds"]!));
        Assert.Contains("✓ No acknowledged write is lost", text.Text, StringComparison.Ordinal);
    }
}
