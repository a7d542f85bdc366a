using System.Net;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Simulation;

/// <summary>By REST, beside a story that has the real cluster for itself.</summary>
[Trait("Category", "Process")]
public sealed class SimulatedRestTests(LabOfFive shared) : IClassFixture<LabOfFive>
{
    private static async Task<NodeReply> OverAsync(LabDashboard lab, string path)
    {
        NodeReply? run = null;
        await Patience.UntilAsync(async () => (string)(run = await lab.GetAsync(path))["state"]! != "running", $"{path} ends");
        return run!;
    }

    [Fact]
    public async Task Stories_and_experiments_are_simulated_while_another_story_has_the_nodes()
    {
        var lab = await shared.FreshAsync();
        var real = await lab.PostAsync("/api/scenarios", """{"text":"# Long\n> wait 60 s\n"}""");
        Assert.Equal(HttpStatusCode.Accepted, real.Status);
        Assert.False((bool)real["simulated"]!);

        var story = await lab.PostAsync("/api/scenarios", """{"name":"crash-and-catch-up","simulate":true,"seed":7}""");
        Assert.Equal(HttpStatusCode.Accepted, story.Status);
        var played = await OverAsync(lab, $"/api/scenarios/runs/{story["id"]}");
        Assert.Equal(("passed", true, 7L, "virtual time"), ((string)played["state"]!, (bool)played["simulated"]!, (long)played["seed"]!, (string)played["stage"]!));

        var experiment = await lab.PostAsync("/api/experiments", """{"preset":"current","writes":50,"simulate":true}""");
        Assert.Equal(HttpStatusCode.Accepted, experiment.Status);
        var run = await OverAsync(lab, $"/api/experiments/{experiment["id"]}");
        Assert.Equal(("done", true, 42L), ((string)run["state"]!, (bool)run["simulated"]!, (long)run["environment"]!["simulationSeed"]!));
        Assert.Equal(5, run["points"]!.AsArray().Count);
        var rows = (await lab.GetAsync($"/api/experiments/{experiment["id"]}.csv")).Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(6, rows.Length);
        Assert.EndsWith(",simulation", rows[0], StringComparison.Ordinal);
        Assert.All(rows[1..], row => Assert.EndsWith(",\"simulated (virtual time, seed 42)\"", row, StringComparison.Ordinal));

        Assert.Equal("running", (string)(await lab.GetAsync($"/api/scenarios/runs/{real["id"]}"))["state"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await lab.PostAsync($"/api/scenarios/runs/{real["id"]}/cancel")).Status);
        await OverAsync(lab, $"/api/scenarios/runs/{real["id"]}");
    }

    [Theory]
    [InlineData("/api/scenarios", """{"name":"freeze","simulate":"yes"}""", "simulate")]
    [InlineData("/api/scenarios", """{"name":"freeze","seed":7}""", "seed")]
    [InlineData("/api/experiments", """{"preset":"storage-compared","simulate":true}""", "sweep")]
    [InlineData("/api/experiments", """{"preset":"current","simulate":1}""", "simulate")]
    public async Task What_cannot_be_simulated_is_refused_by_its_field(string path, string body, string field)
    {
        var lab = await shared.FreshAsync();
        var refused = await lab.PostAsync(path, body);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains(field, refused.Text, StringComparison.Ordinal);
    }
}
