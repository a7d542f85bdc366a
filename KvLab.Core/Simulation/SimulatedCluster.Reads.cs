using KvLab.Core.Control;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Reading;
using KvLab.Core.Versioning;
using KvLab.Core.Waiting;

namespace KvLab.Core.Simulation;

public sealed partial class SimulatedCluster
{
    private long _reads;

    public async Task<ReadSeen> ReadAsync(string key, string? node, int r, CancellationToken cancellation)
    {
        var read = ++_reads;
        SimulatedNode[] followers = [.. Members.Where(m => m != Leading)];
        if (node is null && r > followers.Length) throw new ControlException($"There are {followers.Length} followers, not {r}.");
        SimulatedNode[] asked = node is not null ? [Node(node)] : [.. ReadRoute.Draw(_settings.Seed, read, followers, f => f.Id, r)];
        var answers = await Task.WhenAll(asked.Select(a => AskAsync(a, key, read, Math.Max(0, Array.IndexOf(followers, a)), cancellation)));
        return answers.Where(a => a.Problem is null).MaxBy(a => a.Version) ?? answers[0];
    }

    private async Task<ReadSeen> AskAsync(SimulatedNode node, string key, long read, int place, CancellationToken cancellation)
    {
        var member = node.Member;
        if (!node.Up) return Silent($"{node.Id} is not running");
        if (!await IsThawedAsync(node, member, ClientSlack, cancellation)) return Silent($"{node.Id} did not answer");
        await member.Faults.SlowDownAsync(cancellation);
        var entry = (await node.Replica.DumpAsync(cancellation)).Entries?.GetValueOrDefault(key);
        await _time.For((node.Id, key), static r => $"The answer of {r.Id} to a read of {r.key} arrives.").WaitAsync(ReadRoute.Delay(_settings, read, node.Id, place), cancellation);
        return new ReadSeen(node.Id, entry?.Version ?? EntryVersion.None, entry?.Value.ToString().Trim('"'), null);

        static ReadSeen Silent(string problem) => new(null, EntryVersion.None, null, problem);
    }
}
