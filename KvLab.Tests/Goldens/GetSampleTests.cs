using KvLab.Nodes;
using KvLab.Tests.Dashboard;
using KvLab.Tests.Hostile.Fuzz;
using KvLab.Web.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Goldens;

/// <summary>
/// Every GET of dashboard and node answers as before. The routes are those that the programs have, so one that is new fails until it
/// has a sample.
/// </summary>
[Trait("Category", "Component")]
public sealed class GetSampleTests
{
    // These answer from nodes, or from runs over nodes: of real processes, so only the shapes of their answers are the same in every run.
    private static readonly string[] OverNodes =
    [
        "/api/bursts", "/api/scenarios/runs", "/api/chaos", "/api/convergence", "/api/cluster/links", "/api/cluster/failover/risk", "/api/messages", "/api/timeline",
        "/api/reads", "/api/recordings",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dashboard_that_was_told_a_story_answers_every_GET_as_before()
    {
        await using var dashboard = new ApiFixture();
        await dashboard.InitializeAsync();
        var ids = await GetLabs.TellAsync(dashboard, PlayedRun.Of("story-rolled-back"), Cancellation);
        var routes = Routes(dashboard.Host).Where(r => !IsOverNodes(r));
        await CheckAsync("get-dashboard.txt", dashboard.Http, dashboard.Host.Url, routes, ids, shapeOnly: false);
    }

    [Fact]
    public async Task Nodes_and_what_the_dashboard_asks_them_answer_every_GET_as_before()
    {
        await using var lab = await HostileLab.StartAsync(Cancellation);
        var ids = new KnownIds("run", null, null, null, "1/1");
        await CheckAsync("get-leader.txt", lab.Http, lab.Leader.Url, Routes(lab.Leader), ids, shapeOnly: false);
        await CheckAsync("get-follower.txt", lab.Http, lab.Follower.Url, Routes(lab.Follower), ids, shapeOnly: false);
        ids = await GetLabs.UseAsync(lab, Cancellation);
        // Which lines are in the diagram's window is a matter of the moment; OpenAPI has their shape.
        var routes = Routes(lab.Dashboard).Where(IsOverNodes).Where(r => r != "/api/timeline");
        await CheckAsync("get-dashboard-over-nodes.txt", lab.Http, lab.Dashboard.Url, routes, ids, shapeOnly: true);
    }

    private static async Task CheckAsync(string file, HttpClient http, string url, IEnumerable<string> routes, KnownIds ids, bool shapeOnly)
    {
        var lines = new List<string>();
        foreach (var route in routes.Distinct().Order(StringComparer.Ordinal))
        {
            var path = ids.Fill(route);
            Assert.True(path is not null, $"GET {route} is new: say in {nameof(KnownIds)} what its parameters stand for.");
            using var answer = await http.GetAsync(new Uri(url + path), Cancellation);
            lines.AddRange(await Sample.LinesAsync(route, answer, shapeOnly));
        }

        Golden.Check(Path.Combine("Gets", file), lines, line => Golden.Heading(lines, line));
    }

    /// <summary>Pages and files are no answers for programs; the description has a golden of its own.</summary>
    private static IEnumerable<string> Routes(WebHost host) =>
        from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true
        let route = "/" + endpoint.RoutePattern.RawText?.Trim('/')
        where route == "/health" || route.StartsWith("/api", StringComparison.Ordinal)
        select route;

    private static IEnumerable<string> Routes(NodeHost node) =>
        from route in node.Routes
        where route.StartsWith("GET ", StringComparison.Ordinal) && !route.Contains("/openapi", StringComparison.Ordinal)
        select route["GET ".Length..];

    private static bool IsOverNodes(string route) => OverNodes.Any(o => route.StartsWith(o, StringComparison.Ordinal));
}
