using System.Net;
using System.Text;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Tests.Experiments;
using KvLab.Web.Experiments;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Component")]
public sealed class ApiImportTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly Lazy<ExperimentRun> Run = new(() => WorldExperiment.Run(new ExperimentPlan { Writes = 20, Quorums = [1, 3], WarmUpWrites = 0 }) with { Id = "mine" });

    [Fact]
    public async Task A_run_that_was_exported_is_added_and_a_wrong_one_is_refused_by_its_fields()
    {
        var good = Encoding.UTF8.GetString(RunFile.Write(Run.Value));
        var bad = await api.SendAsync("POST", "/api/experiments/import", good.Replace("\"id\":\"mine\"", "\"id\":\"../mine\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, bad.Status);
        Assert.Contains("run.id", bad.Body.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.DoesNotContain("mine", (await api.SendAsync("GET", "/api/experiments")).Body.GetRawText());

        Assert.Equal(HttpStatusCode.Created, (await api.SendAsync("POST", "/api/experiments/import", good)).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("GET", "/api/experiments/mine")).Status);
        Assert.Equal("text/html", (await api.SendAsync("GET", "/api/experiments/mine/report")).Type);
    }

    [Fact]
    public async Task The_stated_size_is_the_one_that_is_taken()
    {
        // More than a server takes by itself, less than is stated here.
        var large = await api.SendAsync("POST", "/api/experiments/import", new string(' ', 31 * 1024 * 1024) + "{}");
        Assert.Equal(HttpStatusCode.BadRequest, large.Status);
        Assert.Contains("kind is missing", large.Body.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_small_body_cannot_ask_for_more_points_or_words_than_fit()
    {
        var many = string.Join(",", Enumerable.Range(0, 6000).Select(i => i % 6));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("POST", "/api/experiments/estimate", $"{{\"quorums\":[{many}],\"repetitions\":20}}")).Status);
        var unknown = string.Join(",", Enumerable.Range(0, 8000).Select(i => $"\"f{i}\":1"));
        var answer = await api.SendAsync("POST", "/api/experiments/estimate", $"{{{unknown}}}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.InRange(answer.Body.GetRawText().Length, 1000, 100_000);
        Assert.Contains("are not listed", answer.Body.GetRawText());
    }
}
