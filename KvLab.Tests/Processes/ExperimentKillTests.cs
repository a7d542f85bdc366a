using System.Diagnostics;
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
        await using (var first = new Dashboard(_data))
        {
            using var http = await first.ClientAsync();
            whole = await StartAsync(http, """{"name":"whole","writes":10,"keys":2,"concurrency":2,"minDelayMs":0,"maxDelayMs":5,"quorums":[1,2],"calibrate":false,"settleMs":0}""");
            await UntilAsync(http, whole, run => run.GetProperty("state").GetString() == "done");
            samples = await http.GetStringAsync($"/api/experiments/{whole}/samples.csv", TestContext.Current.CancellationToken);

            // Its first point takes a moment, its second one minutes.
            cut = await StartAsync(http, """
                {"name":"cut","writes":200,"keys":2,"concurrency":1,"quorums":[1],"calibrate":false,"settleMs":0,"warmUpWrites":0,"sweep":{"axis":"delayRange","values":["0-1","1000-2000"]}}
                """);
            await UntilAsync(http, cut, run => run.GetProperty("points").GetArrayLength() == 1);
            first.Kill();
        }

        await using var second = new Dashboard(_data);
        using var again = await second.ClientAsync();
        var list = await again.GetFromJsonAsync<JsonElement>("/api/experiments", TestContext.Current.CancellationToken);
        Assert.Equal([(cut, "broken", 1), (whole, "done", 2)], list.EnumerateArray().Select(r =>
            (r.GetProperty("id").GetString()!, r.GetProperty("state").GetString()!, r.GetProperty("points").GetInt32())));
        Assert.Equal(samples, await again.GetStringAsync($"/api/experiments/{whole}/samples.csv", TestContext.Current.CancellationToken));
        var broken = await again.GetFromJsonAsync<JsonElement>($"/api/experiments/{cut}", TestContext.Current.CancellationToken);
        Assert.Equal(200, broken.GetProperty("points")[0].GetProperty("writes").GetInt32());
        Assert.Contains("The dashboard ended", broken.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

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

    /// <summary>The program as people start it, with two followers of its own.</summary>
    private sealed class Dashboard : IAsyncDisposable
    {
        private const string ReadyLine = "KvLab is running at ";
        private readonly Process _process;
        private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Dashboard(string data)
        {
            var folder = AppContext.BaseDirectory.Replace("KvLab.Tests", "KvLab.Web", StringComparison.Ordinal);
            var start = new ProcessStartInfo("dotnet",
                [Path.Combine(folder, "KvLab.Web.dll"), "--urls", "http://127.0.0.1:0", "--Cluster:BasePort=0", "--Cluster:Followers=2"])
            { RedirectStandardOutput = true };
            start.Environment["KVLAB_DATA"] = data;
            _process = new Process { StartInfo = start, EnableRaisingEvents = true };
            _process.OutputDataReceived += (_, line) =>
            {
                if (line.Data?.StartsWith(ReadyLine, StringComparison.Ordinal) == true) _url.TrySetResult(line.Data[ReadyLine.Length..].Split(' ')[0]);
            };
            _process.Exited += (_, _) => _url.TrySetException(new InvalidOperationException("The dashboard ended before it was ready."));
            _process.Start();
            _process.BeginOutputReadLine();
        }

        public async Task<HttpClient> ClientAsync() =>
            new() { BaseAddress = new Uri(await _url.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken)) };

        /// <summary>SIGKILL: nothing of it runs any more, not even a finally.</summary>
        public void Kill() => _process.Kill();

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
            _ = _url.Task.Exception;
        }
    }
}
