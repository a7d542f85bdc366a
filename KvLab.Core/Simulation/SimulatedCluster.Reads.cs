using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Reading;
using KvLab.Core.Versioning;
using KvLab.Core.Waiting;

namespace KvLab.Core.Simulation;

public sealed partial class SimulatedCluster
{
    private long _reads;

    public Task<ReadSeen> ReadAsync(string key, string? node, int r, CancellationToken cancellation) => ReadAsync(key, node, r, told: null, cancellation);

    /// <param name="told">Is told of each node that is asked: while its answer travels, and when the client has it. Whether it is stale is for whoever knows what was promised.</param>
    public async Task<ReadSeen> ReadAsync(string key, string? node, int r, Action<ReadTold>? told, CancellationToken cancellation)
    {
        var read = ++_reads;
        SimulatedNode[] followers = [.. Members.Where(m => m != Leading)];
        if (node is null && r > followers.Length) throw new ControlException($"There are {followers.Length} followers, not {r}.");
        SimulatedNode[] asked = node is not null ? [Node(node)] : [.. ReadRoute.Draw(_settings.Seed, read, followers, f => f.Id, r)];
        var answers = await Task.WhenAll(asked.Select(a => AskAsync(a, key, read, Math.Max(0, Array.IndexOf(followers, a)), told, cancellation)));
        return answers.Where(a => a.Problem is null).MaxBy(a => a.Version) ?? answers[0];
    }

    private async Task<ReadSeen> AskAsync(SimulatedNode node, string key, long read, int place, Action<ReadTold>? told, CancellationToken cancellation)
    {
        var (member, sentNs) = (node.Member, NowNs());
        if (!node.Up) return Silent($"{node.Id} is not running");
        if (!await IsThawedAsync(node, member, ClientSlack, cancellation)) return Silent($"{node.Id} did not answer");
        await member.Faults.SlowDownAsync(cancellation);
        var entry = (await node.Replica.DumpAsync(cancellation)).Entries?.GetValueOrDefault(key);
        var (version, delay, leftNs) = (entry?.Version ?? EntryVersion.None, ReadRoute.Delay(_settings, read, node.Id, place), NowNs());
        var answer = new ReadTold(read, node.Id, key, sentNs, leftNs, leftNs + (long)delay.TotalNanoseconds, version.Epoch, version.Counter, Answered: true, Stale: false, Open: true);
        if (delay > TimeSpan.Zero) told?.Invoke(answer);
        await _time.For((node.Id, key), static r => $"The answer of {r.Id} to a read of {r.key} arrives.").WaitAsync(delay, cancellation);
        told?.Invoke(answer with { EndedNs = NowNs(), Open = false });
        return new ReadSeen(node.Id, version, entry?.Value.ToString().Trim('"'), null);

        long NowNs() => MachineClock.NsOf(_time, _time.GetTimestamp());

        ReadSeen Silent(string problem)
        {
            told?.Invoke(new ReadTold(read, node.Id, key, sentNs, 0, NowNs(), 0, 0, Answered: false, Stale: false));
            return new ReadSeen(null, EntryVersion.None, null, problem);
        }
    }
}
