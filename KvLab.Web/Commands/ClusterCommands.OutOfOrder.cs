using System.Globalization;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Storage;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;

namespace KvLab.Web.Commands;

internal sealed partial class ClusterCommands
{
    // Delays of the three writes in steps: the third arrives after one step, the first after three, the second after five.
    private static readonly int[] StepsByWrite = [3, 5, 1];
    private const double LongestStepMs = 500;
    private const double ShortestStepMs = 20;

    public async Task<OutOfOrderDemo> OutOfOrderDemoAsync(string? follower = null, CancellationToken cancellation = default)
    {
        lease.Require("write");
        var leader = Leader;
        var target = ChooseFollower(follower);
        // All three must arrive within the deadline of their first attempt.
        var stepMs = Math.Min(LongestStepMs, Math.Floor(Settings.ReplicationTimeoutMs / 6.0));
        if (stepMs < ShortestStepMs)
        {
            throw new CommandException(StatusCodes.Status409Conflict,
                $"replicationTimeoutMs is {Settings.ReplicationTimeoutMs} ms, too short to tell three arrivals apart; set it to {6 * ShortestStepMs:0} ms or more.");
        }

        var key = FreeDemoKey();
        var versions = new List<long>();
        var answers = new List<Task<WriteAnswer>>();
        foreach (var steps in StepsByWrite)
        {
            var value = JsonText.Of(string.Create(CultureInfo.InvariantCulture, $"{key} write {answers.Count + 1}"));
            var delaysMs = new Dictionary<string, double> { [target] = steps * stepMs };
            var answer = client.WriteAsync(leader, new WriteRequest(key, value, delaysMs), WritePatience, cancellation);
            answers.Add(answer);
            // Its answer may take until the quorum; the next write must come after its acceptance, not after its answer.
            versions.Add(await AcceptedVersionAsync(leader, key, value, answer, cancellation));
        }
        var last = (await Task.WhenAll(answers))[^1];
        return new OutOfOrderDemo(key, target, versions, [versions[2], versions[0], versions[1]], last.Epoch);
    }

    private string ChooseFollower(string? wanted)
    {
        if (wanted is not null && directory.Followers.All(f => f.Id != wanted))
        {
            if (directory.Find(wanted) is null) throw NodeClient.UnknownNode(wanted, directory);
            throw new CommandException(StatusCodes.Status409Conflict, $"{wanted} is the leader; the demonstration needs a follower.");
        }
        var running = state.Current.Followers.Where(f => f.State is NodeState.Running).Select(f => f.Id).ToArray();
        if (wanted is not null && !running.Contains(wanted))
            throw new CommandException(StatusCodes.Status409Conflict, $"{directory.Name(wanted)} is not running, so nothing can arrive there. Start it first.");
        return wanted ?? running.FirstOrDefault()
            ?? throw new CommandException(StatusCodes.Status409Conflict, "No follower is running, so nothing can arrive anywhere. Start one first.");
    }

    private string FreeDemoKey()
    {
        var keys = state.Current.Keys;
        for (var n = Interlocked.Increment(ref _demos); ; n = Interlocked.Increment(ref _demos))
        {
            if (!keys.ContainsKey($"demo-{n}")) return $"demo-{n}";
        }
    }

    private int _demos;

    /// <summary>Asks the leader until it holds the value; its store has it before any follower can confirm.</summary>
    private async Task<long> AcceptedVersionAsync(NodeAddress leader, string key, JsonText value, Task<WriteAnswer> answer, CancellationToken cancellation)
    {
        while (true)
        {
            if (await client.ReadAsync(leader, key, cancellation) is { } held && held.Value == value) return held.Version;
            if (answer.IsCompleted) return (await answer).Version;
            await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellation);
        }
    }
}
