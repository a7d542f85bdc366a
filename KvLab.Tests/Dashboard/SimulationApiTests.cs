using System.Net;
using System.Text.Json;
using KvLab.Core.Recordings;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>The simulator for scripts.</summary>
[Trait("Category", "Component")]
public sealed class SimulationApiTests(ApiFixture dashboard) : IClassFixture<ApiFixture>
{
    private async Task<JsonElement> BeginAsync(string body = "{}")
    {
        var (status, made, _) = await dashboard.SendAsync("POST", "/api/simulations", body);
        Assert.Equal(HttpStatusCode.Created, status);
        return made;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> StepAsync(JsonElement simulation, string body)
    {
        var (status, answer, _) = await dashboard.SendAsync("POST", $"/api/simulations/{simulation.GetProperty("id").GetString()}/step", body);
        return (status, answer);
    }

    private static int IndexOf(JsonElement simulation, string kind, string? node = null) => simulation.GetProperty("enabled").EnumerateArray()
        .First(c => c.GetProperty("kind").GetString() == kind && (node is null || c.GetProperty("node").GetString() == node)).GetProperty("index").GetInt32();

    [Fact]
    public async Task A_script_writes_chooses_what_arrives_goes_back_and_opens_the_same_state_from_the_path()
    {
        var simulation = await BeginAsync("""{"followers":5,"seed":7,"settings":{"writeQuorum":1}}""");
        simulation = (await StepAsync(simulation, $$"""{"choice":{{IndexOf(simulation, "write")}}}""")).Body;
        Assert.Equal(5, simulation.GetProperty("enabled").EnumerateArray().Count(c => c.GetProperty("kind").GetString() == "deliver"));
        simulation = (await StepAsync(simulation, $$"""{"choice":{{IndexOf(simulation, "deliver", "follower-4")}}}""")).Body;
        var (_, state, _) = await dashboard.SendAsync("GET", $"/api/simulations/{simulation.GetProperty("id").GetString()}/state");
        Assert.True(state.GetProperty("simulated").GetBoolean());
        Assert.Equal(1, state.GetProperty("cluster").GetProperty("kpis").GetProperty("success").GetInt64());

        var again = await BeginAsync($$"""{"path":"{{simulation.GetProperty("path").GetString()}}"}""");
        Assert.Equal(simulation.GetProperty("enabled").ToString(), again.GetProperty("enabled").ToString());

        simulation = (await StepAsync(simulation, """{"undo":1}""")).Body;
        Assert.Equal((1, 2), (simulation.GetProperty("at").GetInt32(), simulation.GetProperty("steps").GetInt32()));
        simulation = (await StepAsync(simulation, """{"do":"kill leader"}""")).Body;
        Assert.Equal(1, Assert.Single(simulation.GetProperty("branches").EnumerateArray()).GetProperty("at").GetInt32());
        simulation = (await StepAsync(simulation, """{"until":5000}""")).Body;
        Assert.Equal(5000, simulation.GetProperty("nowMs").GetDouble());

        using var file = new MemoryStream(await dashboard.Http.GetByteArrayAsync(new Uri($"/api/simulations/{simulation.GetProperty("id").GetString()}/recording", UriKind.Relative), TestContext.Current.CancellationToken));
        using var recording = RecordingReader.Open(file);
        Assert.True(recording.Recording.Events > 10);
        foreach (var one in (JsonElement[])[simulation, again])
            Assert.Equal(HttpStatusCode.NoContent, (await dashboard.SendAsync("DELETE", $"/api/simulations/{one.GetProperty("id").GetString()}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await StepAsync(simulation, """{"undo":1}""")).Status);
    }

    [Theory]
    [InlineData("""{"story":"out-of-order","followers":2}""", "Next line of the script: settings W = 1, delay = 1..2 ms")]
    [InlineData("""{"plan":{"quorums":[1,2],"writes":20}}""", "Next line of the script: settings W = 1")]
    public async Task A_story_and_a_plan_are_offered_line_by_line(string body, string first)
    {
        var simulation = await BeginAsync(body);
        var next = simulation.GetProperty("enabled").EnumerateArray().Single(c => c.GetProperty("kind").GetString() == "story");
        Assert.Equal(first, next.GetProperty("sentence").GetString());
        var after = (await StepAsync(simulation, $$"""{"choice":{{next.GetProperty("index").GetInt32()}}}""")).Body;
        Assert.NotEqual(first, after.GetProperty("enabled").EnumerateArray().Single(c => c.GetProperty("kind").GetString() == "story").GetProperty("sentence").GetString());
        await dashboard.SendAsync("DELETE", $"/api/simulations/{simulation.GetProperty("id").GetString()}");
    }

    [Fact]
    public async Task A_recording_that_is_not_there_is_not_found() =>
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.SendAsync("POST", "/api/simulations", """{"recording":"no-such"}""")).Status);

    [Theory]
    [InlineData("""{"followers":0}""", "followers")]
    [InlineData("""{"followers":3,"settings":{"writeQuorum":9}}""", "writeQuorum")]
    [InlineData("""{"settings":{"speed":1}}""", "settings.speed")]
    [InlineData("""{"path":"nonsense"}""", "path")]
    [InlineData("""{"path":"nonsense","seed":1}""", "path")]
    [InlineData("""{"story":"no-such-story"}""", "story")]
    [InlineData("""{"story":"out-of-order","plan":{}}""", "story")]
    [InlineData("""{"plan":{"quorums":[9]}}""", "plan")]
    [InlineData("""{"plan":{"dance":1}}""", "plan.dance")]
    [InlineData("""{"plan":{"quorums":[1,2],"writes":100000}}""", "plan")]
    [InlineData("""{"plan":{"sweep":{"axis":"keys","values":["1","10"]}}}""", "plan")]
    [InlineData("""{"at":5}""", "recording")]
    [InlineData("""{"recording":"r","followers":2}""", "recording")]
    [InlineData("""{"recording":"r","at":-1}""", "at")]
    [InlineData("""{"recording":"r","for":1e9}""", "for")]
    [InlineData("""{"bug":"ignores_keys"}""", "bug")]
    [InlineData("""{"bug":{"name":"laziness","node":"follower-1"}}""", "bug.name")]
    [InlineData("""{"bug":{"node":"follower-1"}}""", "bug.name")]
    [InlineData("""{"bug":{"name":"ignores_keys"}}""", "bug.node")]
    [InlineData("""{"bug":{"name":"ignores_keys","node":"follower-9"}}""", "bug.node")]
    [InlineData("""{"bug":{"name":"ignores_keys","node":"leader","since":1}}""", "bug.since")]
    public async Task A_simulation_that_cannot_be_is_refused_by_the_name_of_its_field(string body, string field)
    {
        var (status, problem, _) = await dashboard.SendAsync("POST", "/api/simulations", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    [Theory]
    [InlineData("""{"choice":999}""", "choice")]
    [InlineData("""{"do":"dance"}""", "do")]
    [InlineData("""{"until":-1}""", "until")]
    [InlineData("""{"choice":1,"undo":1}""", "choice")]
    [InlineData("{}", "choice")]
    public async Task A_step_that_cannot_be_is_refused_and_changes_nothing(string body, string field)
    {
        var simulation = await BeginAsync();
        var (status, problem) = await StepAsync(simulation, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
        var (_, after, _) = await dashboard.SendAsync("GET", $"/api/simulations/{simulation.GetProperty("id").GetString()}");
        Assert.Equal(0, after.GetProperty("steps").GetInt32());
        await dashboard.SendAsync("DELETE", $"/api/simulations/{simulation.GetProperty("id").GetString()}");
    }
}
