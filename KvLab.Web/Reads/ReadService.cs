using System.Collections.Concurrent;
using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Reading;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;

namespace KvLab.Web.Reads;

/// <summary>
/// Reads as a client would, from one node or from R of them, and says how stale what it got was: against what had been promised when it began. The answer of a node travels as long as the
/// settings say, like everything else; the question takes no time. A partition parts nodes, and no reader from any of them.
/// </summary>
internal sealed class ReadService(NodeDirectory directory, NodeClient client, SettingsInForce settings, IClusterState state, PromisedWrites promised, ReadBook book, ClientOutcomes clients, TimeProvider time)
    : IReads
{
    /// <summary>What so many pairs of a reader and a key saw last is remembered; beyond, all begin anew.</summary>
    public const int MostSeen = 200_000;

    private readonly ConcurrentDictionary<(string Reader, string Key), EntryVersion> _seen = new();
    private long _number;

    public async Task<ReadRow> ReadAsync(ReadRequest request, CancellationToken cancellation = default)
    {
        var number = Interlocked.Increment(ref _number);
        var now = settings.Now ?? new LiveSettings();
        var nodes = Choose(request, number, now.Seed);
        var begunAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        var expected = promised.Expect(request.Key);
        var seen = _seen.GetValueOrDefault((request.Reader, request.Key));
        var answers = await Task.WhenAll(nodes.Select(n => AskAsync(n, request.Key, now, number, expected, cancellation)));
        var best = answers.Where(a => a.Part.Error is null).OrderByDescending(a => a.Version).ThenBy(a => a.Part.LatencyMs).FirstOrDefault();
        var latencyMs = time.GetElapsedTime(started).TotalMilliseconds;
        ReadRow row;
        if (best.Part is null)
        {
            row = Row(default, null, ReadOutcome.Unanswered, Staleness.Fresh, nonMonotonic: false);
        }
        else
        {
            var staleness = expected.Of(best.Version);
            var outcome = !staleness.IsStale ? ReadOutcome.Fresh : now.Versioning == VersioningMode.Naive ? ReadOutcome.Wrong : ReadOutcome.Stale;
            row = Row(best, best.Part.Node, outcome, staleness, best.Version < seen);
            Remember(request, best.Version);
            if (row.NonMonotonic) clients.WentBackwards();
        }

        book.Add(row, directory.Followers.Count, now.FollowerAcks());
        return row;

        ReadRow Row(Answer answer, string? node, ReadOutcome outcome, Staleness staleness, bool nonMonotonic)
        {
            var made = new ReadRow(string.Create(CultureInfo.InvariantCulture, $"read-{number}"), request.Reader, request.Key, answer.Value, answer.Version.Epoch, answer.Version.Counter, node, latencyMs, outcome,
                staleness.Versions, staleness.Ms, expected.Newest.Epoch, expected.Newest.Counter, nonMonotonic, now.WriteQuorum, request.R, begunAt, [.. answers.Select(a => a.Part)], "");
            return made with { Why = ReadWords.Why(made, state.Current.Labels) };
        }
    }

    private void Remember(ReadRequest request, EntryVersion version)
    {
        // Readers are named by whoever reads: their number must not grow without end.
        if (_seen.Count >= MostSeen) _seen.Clear();
        _seen.AddOrUpdate((request.Reader, request.Key), version, (_, before) => EntryVersion.Max(before, version));
    }

    /// <summary>The lab was reset: nothing is promised, nothing was seen.</summary>
    public void Forget()
    {
        promised.Clear();
        _seen.Clear();
        book.Clear();
    }

    public void Check(ReadRequest request) => Choose(request, 0, 0);

    private IReadOnlyList<NodeAddress> Choose(ReadRequest request, long number, long seed)
    {
        if (InputRules.CheckKey(request.Key) is { } wrongKey) throw Wrong("key", wrongKey);
        var followers = directory.Followers;
        NodeAddress[] all = directory.Leader is { } leader ? [leader, .. followers] : [.. followers];
        if (all.Length == 0) throw new CommandException(StatusCodes.Status503ServiceUnavailable, "No node is known yet, so there is none to read from.");
        if (request is { From: not null, R: not null }) throw Wrong("r", "give either r (that many randomly chosen followers) or from (one node), not both.");
        if (request.R is { } r)
        {
            if (r < 1 || r > followers.Count) throw Wrong("r", $"r must be from 1 to {followers.Count} (the number of followers), but is {r}.");
            return [.. ReadRoute.Draw(seed, number, followers, f => f.Id, r)];
        }

        if (request.From is null or ReadRequest.Random) return [all[ReadRoute.Any(seed, number, all.Length)]];
        return [directory.Find(request.From) ?? throw Wrong("from", $"from must be a node's id or random, but is \"{request.From}\"; the known ones are {string.Join(", ", all.Select(n => n.Id))}.")];
    }

    private readonly record struct Answer(EntryVersion Version, JsonText? Value, ReadPart Part);

    private async Task<Answer> AskAsync(NodeAddress node, string key, LiveSettings now, long number, Expectation expected, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        try
        {
            var answer = await client.ReadAsync(node, key, cancellation);
            var version = answer is null ? EntryVersion.None : new EntryVersion(answer.Epoch, answer.Version);
            var delay = ReadRoute.Delay(now, number, node.Id, PlaceOf(node));
            var (sentNs, leftNs) = (MachineClock.NsOf(time, started), MachineClock.Read(time).Ns);
            var told = new ReadTold(number, node.Id, key, sentNs, leftNs, leftNs + (long)delay.TotalNanoseconds, version.Epoch, version.Counter, Answered: true, expected.Of(version).IsStale, Open: true);
            if (delay > TimeSpan.Zero)
            {
                clients.Read(told);
                await time.WaitAsync(delay, cancellation);
            }

            clients.Read(told with { EndedNs = MachineClock.Read(time).Ns, Open = false });
            return new Answer(version, answer?.Value, new ReadPart(node.Id, version.Epoch, version.Counter, time.GetElapsedTime(started).TotalMilliseconds, null));
        }
        catch (OperationCanceledException)
        {
            GaveUp();
            throw;
        }
        catch (CommandException failure)
        {
            GaveUp();
            return new Answer(EntryVersion.None, null, new ReadPart(node.Id, 0, 0, time.GetElapsedTime(started).TotalMilliseconds, failure.Message));
        }

        void GaveUp() => clients.Read(new ReadTold(number, node.Id, key, MachineClock.NsOf(time, started), 0, MachineClock.Read(time).Ns, 0, 0, Answered: false, Stale: false));
    }

    private int PlaceOf(NodeAddress node) => Math.Max(0, directory.Followers.ToList().FindIndex(f => f.Id == node.Id));

    private static CommandException Wrong(string field, string sentence) => new(StatusCodes.Status400BadRequest, sentence, [new FieldError(field, sentence)]);
}
