using System.Net.Http.Json;
using System.Text.Json;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>The dashboard dies in the middle of an experiment and is started again over the same data folder.</summary>
[Trait("Category", "Process")]
public sealed class ExperimentKillTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("kvlab-kill-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Earlier_runs_are_intact_and_the_broken_one_is_marked_and_keeps_its_points()
    {
        string whole, cut, samples;
        await using (var first = Launch())
        {
            using var http = await ClientAsync(first);
            whole = await StartAsync(http, """{"name":"whole","writes":10,"keys":2,"concurrency":2,"minDelayMs":0,"maxDelayMs":5,"quorums":[1,2],"calibrate":false,"settleMs":0}""");
            await UntilAsync(http, whole, run => run.GetProperty("state").GetString() == "done");
            samples = await http.GetStringAsync($"/api/experiments/{whole}/samples.csv", TestContext.Current.CancellationToken);

            // Its first point takes a moment, its second one minutes.
            cut = await StartAsync(http, """
                {"name":"cut","writes":200,"keys":2,"concurrency":1,"quorums":[1],"calibrate":false,"settleMs":0,"warmUpWrites":0,"sweep":{"axis":"delayRange","values":["0-1","1000-2000"]}}
                """);
            await UntilAsync(http, cut, run => run.GetProperty("points").GetArrayLength() == 1);
            await AnotherLabAsync(cut, first.Id);
            first.Kill(); // SIGKILL: nothing of it runs any more, not even a finally
            await first.WaitForExitAsync();
        }

        await using var second = Launch();
        using var again = await ClientAsync(second);
        var list = await again.GetFromJsonAsync<JsonElement>("/api/experiments", TestContext.Current.CancellationToken);
        Assert.Equal([(cut, "broken", 1), (whole, "done", 2)], list.EnumerateArray().Select(r =>
            (r.GetProperty("id").GetString()!, r.GetProperty("state").GetString()!, r.GetProperty("points").GetInt32())));
        Assert.Equal(samples, await again.GetStringAsync($"/api/experiments/{whole}/samples.csv", TestContext.Current.CancellationToken));
        var broken = await again.GetFromJsonAsync<JsonElement>($"/api/experiments/{cut}", TestContext.Current.CancellationToken);
        Assert.Equal(200, broken.GetProperty("points")[0].GetProperty("writes").GetInt32());
        Assert.Contains("The dashboard ended", broken.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    /// <summary>A second lab on the folder reads what is there and does nothing to it; a command says who has it and starts nothing.</summary>
    private async Task AnotherLabAsync(string running, int owner)
    {
        await using var other = Launch();
        using var http = await ClientAsync(other);
        var list = await http.GetFromJsonAsync<JsonElement>("/api/experiments", TestContext.Current.CancellationToken);
        Assert.Equal("running", list.EnumerateArray().Single(r => r.GetProperty("id").GetString() == running).GetProperty("state").GetString());
        using var delete = await http.DeleteAsync($"/api/experiments/{running}", TestContext.Current.CancellationToken);
        Assert.Equal(503, (int)delete.StatusCode);
        Assert.Contains($"another lab uses {_data} (process {owner}", await delete.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("another lab uses", other.Output, StringComparison.Ordinal);

        await using var command = DashboardProcess.LaunchCommand(_data, "experiment", "--writes", "1");
        await command.WaitForExitAsync();
        Assert.Equal(3, command.ExitCode);
        Assert.Contains($"(process {owner}", command.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", command.Output, StringComparison.Ordinal);
    }

    private DashboardProcess Launch() =>
        DashboardProcess.Launch("--urls=http://127.0.0.1:0", "--Cluster:BasePort=0", "--Cluster:Followers=2", $"--KVLAB_DATA={_data}");

    private static async Task<HttpClient> ClientAsync(DashboardProcess dashboard) => new() { BaseAddress = new Uri(await dashboard.UrlAsync()) };

    private static async Task<string> StartAsync(HttpClient http, string plan)
    {
        using var body = new StringContent(plan, System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/api/experiments", body, TestContext.Current.CancellationToken);
        var run = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, run.ToString());
        return run.GetProperty("id").GetString()!;
    }

    private static Task UntilAsync(HttpClient http, string id, Func<JsonElement, bool> condition) => Patience.UntilAsync(
        async () => condition(await http.GetFromJsonAsync<JsonElement>($"/api/experiments/{id}", TestContext.Current.CancellationToken)), $"run {id} is so far");
}
