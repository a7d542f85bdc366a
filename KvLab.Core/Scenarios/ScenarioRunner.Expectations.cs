using KvLab.Core.Analysis;
using KvLab.Core.Control;
using KvLab.Core.Storage;

namespace KvLab.Core.Scenarios;

public sealed partial class ScenarioRunner
{
    private async Task<(bool, string?)> ExpectAsync(ExpectCommand expect, CancellationToken cancellation)
    {
        if (!expect.Eventually) return await CheckAsync(expect.Expectation, cancellation);
        (bool Ok, string? Note) found = default;
        await UntilAsync(async () => (found = await CheckAsync(expect.Expectation, cancellation)).Ok, cancellation);
        return found.Ok ? found : (false, $"This did not happen within {Patience.TotalSeconds:0} s. {found.Note}");
    }

    /// <returns>Whether it is so, and what was found.</returns>
    private async Task<(bool Ok, string? Note)> CheckAsync(Expectation expectation, CancellationToken cancellation)
    {
        switch (expectation)
        {
            case AnswerExpectation answer:
                var write = await _writes.AnswerAsync(answer.Write);
                return (ScenarioWrites.KindOf(write) == answer.Answer, ScenarioWrites.Describe(write));
            case AcksExpectation acks:
                var acked = await _writes.AnswerAsync(acks.Write);
                return (acks.Acks.Holds(acked.Acks), ScenarioWrites.Describe(acked));
            case WithinExpectation within:
                var timed = await _writes.AnswerAsync(within.Write);
                return (timed.Elapsed.TotalMilliseconds <= within.Ms, ScenarioWrites.Describe(timed));
            case ReadExpectation expected:
                return (LastRead.Kind == expected.Read, LastRead.Describe());
            case FindsExpectation finds:
                return (LastRead.Kind != ReadKind.Unanswered && LastRead.Seen.Value == finds.Value, LastRead.Describe());
            case EntryExpectation entry:
                return await CheckEntryAsync(entry, cancellation);
            case ReplicasExpectation replicas:
                return await CheckReplicasAsync(replicas.Equal, cancellation);
            case LostExpectation lost:
                var gone = _writes.LostFrom(await DumpsAsync(cancellation));
                return (lost.Lost.Holds(gone.Count), gone.Count == 0
                    ? "every acknowledged write is held"
                    : $"{gone.Count} lost: {string.Join(", ", gone.Take(5).Select(w => $"{w.Key} = {w.Value} ({w.Answer.Version})"))}");
            case EventsExpectation events:
                var count = stage.CountOf(events.Kind, events.On);
                return (events.Count.Holds(count), $"{count} so far");
            case BurstExpectation burst:
                var answers = _writes.OfBursts(burst.Answer);
                return (burst.Count.Holds(answers), $"{answers} so far");
            case VersionsExpectation:
                var disorder = _writes.VersionDisorder();
                return (disorder is null, disorder ?? "every version was given once, and later writes got larger ones");
            case LeaderExpectation leader:
                var reigning = stage.Nodes.FirstOrDefault(n => n.Leads)?.Id;
                return (reigning == leader.Node, reigning is null ? "there is no leader" : $"{reigning} leads");
            default:
                throw new ControlException($"No one knows how to check {expectation.GetType().Name}.");
        }
    }

    private JudgedRead LastRead => _read ?? throw new ControlException("No read came before this.");

    private async Task<(bool, string)> CheckEntryAsync(EntryExpectation entry, CancellationToken cancellation)
    {
        string[] places = entry.On == Places.All ? [.. stage.Nodes.Where(n => n.Up).Select(n => n.Id)] : [Resolve(entry.On)];
        var (ok, found) = (true, new List<string>());
        foreach (var node in places)
        {
            var dump = await stage.DumpAsync(node, cancellation);
            var held = dump.Entries?.GetValueOrDefault(entry.Key);
            ok &= dump.Entries is not null && held?.Value.ToString().Trim('"') == entry.Value;
            found.Add(dump.Entries is null ? $"{node} does not answer" : held is null ? $"{node} holds nothing" : $"{node} holds {held.Value.ToString().Trim('"')} ({held.Version})");
        }

        return (ok, string.Join(", ", found));
    }

    private async Task<(bool, string)> CheckReplicasAsync(bool equal, CancellationToken cancellation)
    {
        var quiet = await stage.IsQuietAsync(cancellation);
        var dumps = await DumpsAsync(cancellation);
        var reigning = stage.Nodes.FirstOrDefault(n => n.Leads)?.Id;
        var leader = dumps.FirstOrDefault(d => d.Node == reigning) ?? new ReplicaDump("the leader", null);
        var report = ConvergenceCheck.Compare(leader, [.. dumps.Where(d => d != leader)], quiet);
        return equal ? (report.Converged, report.Note)
            // A node that does not answer proves no difference.
            : (report.Followers.Any(f => f.State == ConvergenceCheck.Different), report.Note);
    }

    private async Task<IReadOnlyList<ReplicaDump>> DumpsAsync(CancellationToken cancellation) =>
        await Task.WhenAll(stage.Nodes.Select(n => stage.DumpAsync(n.Id, cancellation)));
}
