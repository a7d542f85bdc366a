using System.Globalization;
using KvLab.Core.Control;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Scenarios;

/// <summary>A write of a run with the place of its sending and of its answer in the order of all sendings and answers.</summary>
/// <param name="SentAt">How many sendings and answers came before.</param>
public sealed record ClientWrite(string Key, string Value, long SentAt, long AnsweredAt, WriteSeen Answer);

/// <summary>The clients of a run: they write, wait for answers, and remember what they were told. Safe on many threads.</summary>
public sealed class ScenarioWrites(IClusterControl stage)
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<ClientWrite> _answered = [];
    private readonly List<Task> _open = [];
    private readonly Dictionary<string, Task<WriteSeen>> _named = new(StringComparer.Ordinal);
    private Task<WriteSeen>? _last;
    private long _moments;
    private int _bursts;
    private (int Number, int Answers, double SumMs) _lastBurst;
    private readonly int[] _burstAnswers = new int[Enum.GetValues<AnswerKind>().Length];

    /// <summary>All that were answered so far, bursts too.</summary>
    public IReadOnlyList<ClientWrite> Answered
    {
        get { lock (_gate) return [.. _answered]; }
    }

    public long OfBursts(AnswerKind kind)
    {
        lock (_gate) return _burstAnswers[(int)kind];
    }

    /// <summary>Of the burst that began last, over the answers that have come.</summary>
    public double MeanMsOfLastBurst
    {
        get
        {
            lock (_gate) return _lastBurst.Answers > 0 ? _lastBurst.SumMs / _lastBurst.Answers : throw new ControlException("No burst with an answer came before this.");
        }
    }

    public Task<WriteSeen> Begin(string? name, string key, string value, IReadOnlyDictionary<string, double>? delaysMs, CancellationToken cancellation)
    {
        var write = WriteAsync(key, value, delaysMs, cancellation);
        lock (_gate)
        {
            _open.Add(write);
            _last = write;
            if (name is not null) _named[name] = write;
        }

        return write;
    }

    /// <returns>What became of its writes, for people.</returns>
    public Task<string> BeginBurst(BurstCommand burst, CancellationToken cancellation)
    {
        int number;
        lock (_gate) _lastBurst = (number = ++_bursts, 0, 0);
        var all = BurstAsync(burst, number, cancellation);
        lock (_gate) _open.Add(all);
        return all;
    }

    private async Task<string> BurstAsync(BurstCommand burst, int number, CancellationToken cancellation)
    {
        var (next, counts) = (0, new int[_burstAnswers.Length]);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(burst.Clients, burst.Writes)).Select(_ => ClientAsync()));
        return string.Create(CultureInfo.InvariantCulture, $"{counts[(int)AnswerKind.Success]} succeeded, {counts[(int)AnswerKind.Partial]} partial, {counts[(int)AnswerKind.Unanswered]} without an answer");

        async Task ClientAsync()
        {
            while (true)
            {
                var i = Interlocked.Increment(ref next);
                if (i > burst.Writes) return;
                var answer = await WriteAsync($"k{1 + (i - 1) % burst.Keys}", $"burst-{number}-{i}", null, cancellation);
                var kind = KindOf(answer);
                lock (_gate)
                {
                    if (_lastBurst.Number == number && kind != AnswerKind.Unanswered)
                        _lastBurst = (number, _lastBurst.Answers + 1, _lastBurst.SumMs + answer.Elapsed.TotalMilliseconds);
                    counts[(int)kind]++;
                    _burstAnswers[(int)kind]++;
                }
            }
        }
    }

    public async Task<WriteSeen> WriteAsync(string key, string value, IReadOnlyDictionary<string, double>? delaysMs, CancellationToken cancellation)
    {
        long sentAt;
        lock (_gate) sentAt = _moments++;
        var answer = await stage.WriteAsync(key, value, delaysMs, cancellation);
        lock (_gate) _answered.Add(new ClientWrite(key, value, sentAt, _moments++, answer));
        return answer;
    }

    public async Task AllAnsweredAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task[] open;
            lock (_gate)
            {
                _open.RemoveAll(t => t.IsCompletedSuccessfully);
                open = [.. _open];
            }

            if (open.Length == 0) return;
            cancellation.ThrowIfCancellationRequested();
            await Task.WhenAll(open);
        }
    }

    /// <summary>The answer of a write; waits for it.</summary>
    /// <param name="name">Null: of the last one.</param>
    public Task<WriteSeen> AnswerAsync(string? name)
    {
        lock (_gate)
        {
            var write = name is null ? _last : _named.GetValueOrDefault(name);
            return write ?? throw new ControlException(name is null ? "No write came before this." : $"The write {name} was not begun yet.");
        }
    }

    public static AnswerKind KindOf(WriteSeen write) => write.Status switch
    {
        WriteStatus.Success => AnswerKind.Success,
        WriteStatus.PartialSuccess => AnswerKind.Partial,
        _ => AnswerKind.Unanswered,
    };

    public static string Describe(WriteSeen write) => write.Status is { } status
        ? string.Create(CultureInfo.InvariantCulture,
            $"{(status == WriteStatus.Success ? "success" : "partial success")}, {write.Version}, {write.Acks} of {write.Required} acks, {write.Elapsed.TotalMilliseconds:0.#} ms")
        : $"no answer: {write.Problem}";

    /// <summary>Acknowledged writes whose version no dump holds, nor a newer one of that key.</summary>
    /// <param name="held">What the nodes hold; those that do not answer hold nothing here.</param>
    public IReadOnlyList<ClientWrite> LostFrom(IReadOnlyList<ReplicaDump> held)
    {
        var newest = new Dictionary<string, EntryVersion>(StringComparer.Ordinal);
        foreach (var entry in held.SelectMany(d => d.Entries?.Values ?? []))
            newest[entry.Key] = EntryVersion.Max(newest.GetValueOrDefault(entry.Key), entry.Version);
        return [.. Answered.Where(w => w.Answer.Status == WriteStatus.Success && newest.GetValueOrDefault(w.Key) < w.Answer.Version)];
    }

    /// <summary>The newest version of each key that a client was told had succeeded.</summary>
    public IReadOnlyDictionary<string, EntryVersion> Newest()
    {
        var newest = new Dictionary<string, EntryVersion>(StringComparer.Ordinal);
        foreach (var write in Answered.Where(w => w.Answer.Status == WriteStatus.Success))
            newest[write.Key] = EntryVersion.Max(newest.GetValueOrDefault(write.Key), write.Answer.Version);
        return newest;
    }

    /// <summary>Two writes with one version, or a write that was sent after another was answered and still got no larger version.</summary>
    /// <returns>Null when there is none (P2, P3).</returns>
    public string? VersionDisorder()
    {
        var all = Answered.Where(w => !w.Answer.Version.IsNone).ToList();
        if (all.GroupBy(w => w.Answer.Version).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return $"{twice.Key} was given to {twice.Count()} writes";
        EntryVersion highest = default;
        var answers = all.OrderBy(w => w.AnsweredAt).GetEnumerator();
        var pending = answers.MoveNext();
        foreach (var write in all.OrderBy(w => w.SentAt))
        {
            while (pending && answers.Current.AnsweredAt < write.SentAt)
            {
                highest = EntryVersion.Max(highest, answers.Current.Answer.Version);
                pending = answers.MoveNext();
            }

            if (write.Answer.Version <= highest) return $"{write.Answer.Version} was given to a write that was sent after {highest} had been answered";
        }

        return null;
    }
}
