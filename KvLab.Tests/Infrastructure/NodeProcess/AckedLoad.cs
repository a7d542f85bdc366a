using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>
/// Sixteen clients that write until they are stopped, come again when they are refused, and remember what was confirmed. Each client has keys of its own, and
/// a value says who sent it and when and is long enough to be torn.
/// </summary>
internal sealed class AckedLoad(RealCluster cluster)
{
    private const int Clients = 16;
    private const int KeysPerClient = 20;

    private readonly ConcurrentDictionary<string, (long Version, string Value)> _acked = new();
    private readonly ConcurrentDictionary<long, string> _versions = new();
    private readonly ConcurrentBag<string> _twice = [];
    private volatile bool _stop;
    private long _confirmed, _refused;

    public long Confirmed => Interlocked.Read(ref _confirmed);
    public long Refused => Interlocked.Read(ref _refused);

    private static string ValueOf(int client, long number) => $"{client}.{number}." + new string((char)('a' + (number % 26)), 300);

    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, Clients).Select(RunClientAsync));

    public void Stop() => _stop = true;

    /// <summary>Waits for so many further confirmations: what failed before works again.</summary>
    public Task UntilMoreAsync(int confirmations)
    {
        var goal = Confirmed + confirmations;
        return Patience.UntilAsync(() => Confirmed >= goal, $"{confirmations} more writes are confirmed");
    }

    private async Task RunClientAsync(int client)
    {
        for (var number = 0L; !_stop; number++)
        {
            var key = $"c{client}-{number % KeysPerClient}";
            var value = ValueOf(client, number);
            if (await TryWriteAsync(key, value) is { } version)
            {
                // One client after the other's answer: a later write of the same key has a higher version (P3).
                _acked[key] = (version, value);
                if (!_versions.TryAdd(version, key)) _twice.Add($"version {version} of {key} was given to {_versions[version]} before");
                Interlocked.Increment(ref _confirmed);
            }
            else
            {
                Interlocked.Increment(ref _refused);
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
    }

    private async Task<long?> TryWriteAsync(string key, string value)
    {
        try
        {
            var answer = await cluster.WriteAsync(key, $"\"{value}\"");
            return answer.Status == HttpStatusCode.OK && (string?)answer["status"] == "success" ? (long)answer["version"]! : null;
        }
        catch (HttpRequestException)
        {
            // Killed before or while it answered: whether it is stored nobody knows.
            return null;
        }
    }

    /// <summary>Nothing confirmed is missing, nothing is torn, no version was given twice, and all replicas are equal.</summary>
    /// <param name="except">A key that is not this load's.</param>
    public async Task VerifyAsync(string? except = null)
    {
        Assert.Empty(_twice);
        await Patience.UntilAsync(async () =>
        {
            await cluster.UntilQuiescentAsync();
            var expected = await RealCluster.DumpAsync(cluster.Leader);
            foreach (var follower in Enumerable.Range(1, cluster.Followers))
                if (!JsonNode.DeepEquals(expected, await RealCluster.DumpAsync(cluster.Follower(follower)))) return false;
            return true;
        }, "all replicas are equal");
        var held = await RealCluster.DumpAsync(cluster.Leader);
        foreach (var (key, (version, value)) in _acked)
        {
            Assert.True(held.ContainsKey(key), $"{key} was confirmed in version {version} and is missing.");
            var found = (long)held[key]!["version"]!;
            Assert.True(found >= version, $"{key} was confirmed in version {version}, but {found} is held.");
            if (found == version) Assert.Equal(value, (string)held[key]!["value"]!);
        }

        foreach (var (key, entry) in held.Where(e => e.Key != except))
        {
            var value = (string)entry!["value"]!;
            var parts = value.Split('.');
            Assert.Equal(ValueOf(int.Parse(parts[0]), long.Parse(parts[1])), value);
            Assert.StartsWith($"c{parts[0]}-", key, StringComparison.Ordinal);
        }
    }
}
