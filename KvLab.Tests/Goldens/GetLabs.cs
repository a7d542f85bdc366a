using System.Text;
using System.Text.Json.Nodes;
using KvLab.Core.Observation.Messages;
using KvLab.Tests.Dashboard;
using KvLab.Tests.Hostile.Fuzz;
using KvLab.Web.Experiments;
using KvLab.Web.Live;
using Microsoft.Extensions.DependencyInjection;

namespace KvLab.Tests.Goldens;

/// <summary>What the routes' parameters stand for in a lab: an id where it has one.</summary>
internal sealed record KnownIds(string Run, string? Burst, string? Scenario, string? Chaos, string Version)
{
    private const string None = "none";

    /// <summary>A path with names of what there is; null for a route with parameters that nobody has given a sample here.</summary>
    public string? Fill(string route) => route switch
    {
        "/api/experiments/compare.svg" or "/api/experiments/compare.csv" => $"{route}?left={Run}&right={Run}",
        // Which message is the newest, and whether it is a call, is another each time; the description of the API has its fields.
        "/api/messages" => "/api/messages?key=nobody-has-written-it",
        // Lessons are texts that somebody goes on writing; tests of their own read them.
        "/api/lessons.html" => "/api/lessons.html?seed=none",
        "/api/lessons/{name}" => "/api/lessons/none",
        _ when !route.Contains('{', StringComparison.Ordinal) => route,
        // Which id it has is another one each time; the list has the shape of one.
        "/api/recordings/{id}" or "/api/recordings/{id}/file" or "/api/recordings/{id}/state" or "/api/pictures/{id}" or "/api/pictures/{id}.png"
            or "/api/simulations/{id}" or "/api/simulations/{id}/state" or "/api/simulations/{id}/recording" => route.Replace("{id}", None, StringComparison.Ordinal),
        "/read/{**key}" => "/read/k1",
        "/api/bursts/{id}" => $"/api/bursts/{Burst ?? None}",
        "/api/scenarios/runs/{id}" => $"/api/scenarios/runs/{Scenario ?? None}",
        "/api/chaos/{id}" or "/api/chaos/{id}.txt" => route.Replace("{id}", Chaos ?? None, StringComparison.Ordinal),
        "/api/durability/{epoch:long}/{version:long}" => $"/api/durability/{Version}",
        _ when route.StartsWith("/api/experiments/{id}", StringComparison.Ordinal) =>
            route.Replace("{id}", Run, StringComparison.Ordinal).Replace("{figure}", "quorum-latency", StringComparison.Ordinal),
        _ => null,
    };
}

/// <summary>Labs whose GETs are sampled.</summary>
internal static class GetLabs
{
    /// <summary>A dashboard that was told a story through its ingest queue: all but its own clock is the same in every run.</summary>
    public static async Task<KnownIds> TellAsync(ApiFixture dashboard, PlayedRun run, CancellationToken cancellation)
    {
        var services = dashboard.Host.Services;
        services.GetRequiredService<RunStore>().Save(HostileLab.StoredRun.Value);
        var queue = services.GetRequiredService<IngestQueue>();
        await queue.EnqueueAsync(new NodeRemoved("follower-1"), cancellation);
        foreach (var (_, what) in run.Told)
        {
            switch (what)
            {
                case Happened { Event: var e }: await queue.EnqueueAsync(new EventsReceived(Story.Batch([e])), cancellation); break;
                // Whoever asks a node is refused at once.
                case Message { What: NodeIntroduced { Hello: var hello } }:
                    await queue.EnqueueAsync(new NodeIntroduced(hello with { Url = "http://127.0.0.1:1" }), cancellation);
                    break;
                case Message message: await queue.EnqueueAsync(message.What, cancellation); break;
            }
        }

        var events = run.Events.Count();
        await dashboard.State.WhenAsync(
            s => s.Telemetry.Sum(t => t.Received) == events, ApiFixture.Patience, TimeProvider.System, cancellation);
        return new KnownIds("run", null, null, null, "1/1");
    }

    /// <summary>A dashboard and nodes that a scenario, a chaos run and a burst have gone over.</summary>
    public static async Task<KnownIds> UseAsync(HostileLab lab, CancellationToken cancellation)
    {
        var story = new JsonObject { ["text"] = "# T\n> write k1 = a\n> expect success\n" };
        var scenario = await RunAsync(lab, "scenarios", "scenarios/runs", story, cancellation);
        var faults = new JsonObject { ["faults"] = 1, ["clients"] = 1, ["keys"] = 1, ["gapMs"] = 10 };
        var chaos = await RunAsync(lab, "chaos", "chaos", faults, cancellation);
        var writes = new JsonObject { ["writes"] = 3, ["concurrency"] = 1, ["keys"] = 1 };
        var burst = await RunAsync(lab, "bursts", "bursts", writes, cancellation);
        var state = lab.Dashboard.Services.GetRequiredService<IClusterState>();
        await state.WhenAsync(s => s.Quiescent, ApiFixture.Patience, TimeProvider.System, cancellation);
        while ((await GetAsync(lab, "recordings", cancellation))[0]?["to"] is null) await Task.Delay(20, cancellation);
        return new KnownIds("run", burst, scenario, chaos, "1/1");
    }

    /// <returns>Its id, when it has ended.</returns>
    private static async Task<string> RunAsync(HostileLab lab, string begin, string look, JsonNode body, CancellationToken cancellation)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var begun = await lab.Http.PostAsync(new Uri($"{lab.Dashboard.Url}/api/{begin}"), content, cancellation);
        var id = (string)JsonNode.Parse(await begun.Content.ReadAsStringAsync(cancellation))!["id"]!;
        while ((string?)(await GetAsync(lab, $"{look}/{id}", cancellation))["state"] == "running") await Task.Delay(20, cancellation);
        return id;
    }

    private static async Task<JsonNode> GetAsync(HostileLab lab, string path, CancellationToken cancellation) =>
        JsonNode.Parse(await lab.Http.GetStringAsync(new Uri($"{lab.Dashboard.Url}/api/{path}"), cancellation))!;
}
