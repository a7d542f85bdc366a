using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KvLab.Bench.Viewers;

/// <summary>One key that is written now and then, and looked for in the browser. Both clocks are this machine's.</summary>
internal sealed class Probe(HttpClient http, Uri leader)
{
    /// <summary>Sorts before the keys of the load, so that its row is at the top of the page.</summary>
    public const string Key = "a1";

    // No multiple of the page's rhythm, so that probes meet it in every phase.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(237);

    private readonly List<(long Version, double SentMs)> _sent = [];

    public async Task RunAsync(TimeSpan duration)
    {
        var end = DateTime.UtcNow + duration;
        while (DateTime.UtcNow < end)
        {
            var sent = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
            using var answer = await http.PostAsJsonAsync(new Uri(leader, "/write"), new { key = Key, value = "probe" });
            var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
            _sent.Add((body!["version"]!.GetValue<long>(), sent));
            await Task.Delay(Rest);
        }
    }

    /// <summary>Ascending, in ms: from before a write was sent, which is earlier than its event, until it (or a newer one) stood in the document, at all
    /// replicas that <paramref name="of"/> picks.</summary>
    public double[] Delays(IReadOnlyList<(double AtMs, long[] Versions)> seen, Func<long[], long> of) =>
    [
        .. _sent.Select(p => seen.FirstOrDefault(s => s.Versions.Length > 0 && of(s.Versions) >= p.Version) is { AtMs: > 0 } found ? found.AtMs - p.SentMs : double.PositiveInfinity).Order(),
    ];
}
