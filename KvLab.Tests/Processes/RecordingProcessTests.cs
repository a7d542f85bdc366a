using System.Net;
using System.Text.Json;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Recordings;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Tests.Infrastructure.Servers;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>Recordings of real nodes: every event that they counted, and readable whatever ends the lab.</summary>
[Trait("Category", "Process")]
public sealed class RecordingProcessTests : IDisposable
{
    private const int Followers = 3;

    private readonly string _data = Directory.CreateTempSubdirectory("kvlab-recorded-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private string Folder => Path.Combine(_data, "recordings");

    [Theory]
    [InlineData(5_000)]
    public Task The_recording_of_a_burst_has_exactly_the_events_that_the_nodes_counted(int writes) => RecordAsync(writes);

    [Fact(Explicit = true)]
    [Trait("Category", "Demo")]
    public Task The_recording_of_a_hundred_thousand_writes_has_exactly_the_events_that_the_nodes_counted() => RecordAsync(100_000);

    private async Task RecordAsync(int writes)
    {
        Dictionary<string, long> counted;
        string id;
        await using (var lab = await LabDashboard.StartAsync(Followers, $"--KVLAB_DATA={_data}"))
        {
            await lab.BurstAsync(writes, 50, 100);
            await lab.WhenAsync(s => s.Quiescent && s.Kpis.Success == writes);
            counted = await CountAsync(lab);
            await Patience.UntilAsync(async () => (long)(await lab.GetAsync("/api/recordings")).Body![0]!["events"]! >= counted.Values.Sum(), "all of it is in whole chunks");
            var listed = (await lab.GetAsync("/api/recordings")).Body![0]!;
            id = (string)listed["id"]!;
            Assert.Equal("recording", (string)listed["state"]!);
            var messages = (await lab.GetAsync($"/api/messages?limit=131072")).Body!.AsArray().Count(m => (string)m!["from"]! != "clients");
            // The list of messages is bounded, the count is not.
            if (writes * Followers < 60_000) Assert.InRange((long)(await lab.GetAsync($"/api/recordings/{id}"))["messages"]! - messages, -5, 0);
        }

        await using var command = DashboardProcess.LaunchCommand(_data, "recording", "verify", Path.Combine(Folder, id + ".kvrec"));
        await command.WaitForExitAsync();
        Assert.True(command.ExitCode == 0, command.Output);
        await using var file = File.OpenRead(Path.Combine(Folder, id + ".kvrec"));
        using var reader = RecordingReader.Open(file);
        var recorded = reader.Read().Select(e => e.Observed.What).OfType<EventsReceived>().SelectMany(e => e.Batch.Events).Where(e => counted.ContainsKey(e.Node))
            .GroupBy(e => e.Node).ToDictionary(g => g.Key, g => g.Select(e => e.Sequence).ToHashSet());
        foreach (var (node, highest) in counted)
            Assert.True(Enumerable.Range(1, (int)highest).All(n => recorded[node].Contains(n)), $"{node} counted {highest} events, and not all of them are recorded.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{reader.Recording.Events} events, {file.Length} bytes: {(double)file.Length / reader.Recording.Events:0.00} bytes an event");
    }

    /// <summary>What each node says that it recorded.</summary>
    private static async Task<Dictionary<string, long>> CountAsync(LabDashboard lab)
    {
        var token = (string)(await lab.GetAsync("/api/cluster/token"))["token"]!;
        var counted = new Dictionary<string, long>();
        foreach (var node in lab.Snapshot.Nodes)
        {
            var recorded = (long)(await NodeHttp.GetAsync(node.Url + "/internal/status", token))["telemetry"]!["recorded"]!;
            await lab.WhenAsync(s => s.Telemetry.Single(t => t.Node == node.Id).Received >= recorded);
            counted[node.Id] = recorded;
        }

        return counted;
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_burst_it_opens_to_its_last_whole_chunk_and_the_next_lab_says_so()
    {
        string id;
        await using (var first = Launch())
        {
            using var http = new HttpClient { BaseAddress = new Uri(await first.UrlAsync()) };
            using var burst = new StringContent("""{"writes":100000,"concurrency":20,"keys":50}""", System.Text.Encoding.UTF8, "application/json");
            (await http.PostAsync("/api/bursts", burst, TestContext.Current.CancellationToken)).Dispose();
            JsonElement running = default;
            await Patience.UntilAsync(async () => (running = (await ListAsync(http))[0]).GetProperty("events").GetInt64() > 2_000, "some chunks are written");
            id = running.GetProperty("id").GetString()!;
            first.Kill();
            await first.WaitForExitAsync();
            await using var file = File.OpenRead(Path.Combine(Folder, id + ".kvrec"));
            var check = RecordingCheck.Of(file);
            Assert.True(check.Events >= running.GetProperty("events").GetInt64());
            Assert.False(check.Recording.IsClosed);
        }

        await using var second = Launch();
        using var again = new HttpClient { BaseAddress = new Uri(await second.UrlAsync()) };
        await Patience.UntilAsync(async () => (await ListAsync(again)).Length == 2, "the next lab records too");
        var left = (await ListAsync(again)).Single(r => r.GetProperty("id").GetString() == id);
        Assert.Equal("broken", left.GetProperty("state").GetString());
        var whole = await again.GetByteArrayAsync(new Uri($"/api/recordings/{id}/file", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((null, left.GetProperty("events").GetInt64()), (RecordingCheck.Of(new MemoryStream(whole)).Damage, RecordingCheck.Of(new MemoryStream(whole)).Events));
    }

    private DashboardProcess Launch() => DashboardProcess.Launch("--urls=http://127.0.0.1:0", "--Cluster:BasePort=0", "--Cluster:Followers=2", "--Cluster:MaxDelayMs=0", "--Cluster:MinDelayMs=0", "--Cluster:WriteQuorum=2", $"--KVLAB_DATA={_data}");

    private static async Task<JsonElement[]> ListAsync(HttpClient http) =>
        [.. JsonElement.Parse(await http.GetStringAsync(new Uri("/api/recordings", UriKind.Relative), TestContext.Current.CancellationToken)).EnumerateArray()];

    [Fact]
    public async Task A_full_disk_stops_the_recording_and_not_the_lab_and_is_said()
    {
        await using var disk = await TightDisk.CreateAsync("disk", _data);
        await using var lab = await LabDashboard.StartAsync(Followers, $"--KVLAB_DATA={_data}");
        await Patience.UntilAsync(async () => (await lab.GetAsync("/api/recordings")).Body!.AsArray().Any(r => (long)r!["events"]! > 0), "the lab is recorded");
        await File.WriteAllBytesAsync(Path.Combine(_data, "filler"), new byte[1], TestContext.Current.CancellationToken);
        Assert.Throws<IOException>(() => Fill(Path.Combine(_data, "filler")));
        await lab.BurstAsync(2_000, 20, 50);
        await Patience.UntilAsync(async () => (await lab.GetAsync("/api/recordings")).Body!.AsArray().Any(r => (string)r!["state"]! == "broken"), "it is said");
        var broken = (await lab.GetAsync("/api/recordings")).Body!.AsArray().First(r => (string)r!["state"]! == "broken")!;
        Assert.Contains("is full", (string)broken["why"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await lab.WriteAsync("k1", "1")).Status);
        await lab.ConvergedAsync();
        File.Delete(Path.Combine(_data, "filler"));
        await Patience.UntilAsync(async () => (await lab.GetAsync("/api/recordings")).Body!.AsArray().Any(r => (string)r!["state"]! == "recording"), "another recording begins when there is room");
        Assert.Contains("events were not recorded", (string)(await lab.GetAsync("/api/recordings")).Body!.AsArray().First(r => (string)r!["state"]! == "broken")!["why"]!, StringComparison.Ordinal);
    }

    private static void Fill(string file)
    {
        using var filler = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var piece in new[] { 4096, 1 })
        {
            try
            {
                for (var i = 0; i < 4096; i++) filler.Write(new byte[piece]);
            }
            catch (IOException) when (piece > 1)
            {
                // Now byte for byte.
            }
        }
    }
}
