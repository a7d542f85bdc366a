using System.Collections.Immutable;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Keyframes;
using KvLab.Core.Observation.Figures;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Replication;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation;

// Facts of one sort stand together: they are alike, and pack well.
public sealed partial class ClusterReducer
{
    private const int LeastBytesOfWrite = 12;

    [Flags]
    private enum WriteFacts
    {
        None = 0, Naive = 1, LeaderCounted = 1 << 1, Answered = 1 << 2, Forgotten = 1 << 3, Acks = 1 << 4, Elapsed = 1 << 5, Stored = 1 << 6, Success = 1 << 7, Partial = 1 << 8,
        Gap = 1 << 9, All = (1 << 10) - 1,
    }

    [Flags]
    private enum DeliveryFacts
    {
        OutcomeBits = 7, Late = 8, Open = 16, Completed = 32, Held = 64, Reason = 128, Stored = 256, Retried = 512, All = (1 << 10) - 1,
    }

    private void SaveWrites(KeyframeWriter writer)
    {
        var gaps = _gaps.ToArray();
        writer.Number(gaps.Length);
        foreach (var gap in gaps) gap.Save(writer);
        WriteRecord[] writes = [.. _shown, .. _writes.Values.Where(w => !w.Shown).OrderBy(w => w.Version)];
        writer.Number(writes.Length);
        writer.Number(_shown.Count);
        writer.Signed(_inFlight);
        writer.Signed(_pendingDeliveries);
        var periods = _figures.Numbered();
        foreach (var w in writes) writer.Number((int)FactsOf(w));
        foreach (var w in writes) writer.Version(w.Version);
        foreach (var w in writes) writer.Text(w.Key);
        foreach (var w in writes) writer.Text(w.Leader);
        foreach (var w in writes) writer.Text(w.Value);
        foreach (var w in writes) writer.Time(w.At);
        foreach (var w in writes) writer.Signed(w.Required);
        foreach (var w in writes) writer.Text(w.Reason);
        foreach (var w in writes) writer.RealOrNone(w.PredictedMs);
        // One that is in no book is not counted any more.
        foreach (var w in writes) writer.Number(1 + Array.IndexOf(periods, w.Period));
        foreach (var w in writes)
        {
            if (w.Acks is { } acks) writer.Signed(acks);
            if (w.ElapsedMs is { } elapsed) writer.Ms(elapsed);
            if (w.StoredMs is { } stored) writer.Ms(stored);
            if (w.Gap is not null) writer.Number(1 + Array.IndexOf(gaps, w.Gap));
        }

        foreach (var w in writes) writer.Number(w.Deliveries.Length);
        DeliveryRecord[] deliveries = [.. writes.SelectMany(w => w.Deliveries)];
        foreach (var d in deliveries) writer.Number((int)FactsOf(d));
        foreach (var d in deliveries) writer.Text(d.Follower);
        var delays = new ScheduledDelays(_settings);
        foreach (var w in writes)
            for (var i = 0; i < w.Deliveries.Length; i++) delays.Write(writer, w.Deliveries[i].DelayMs, w.Version, w.Deliveries[i].Follower, attempt: 1, i);
        delays.WriteCheck(writer);
        foreach (var d in deliveries)
            if (d.CompletedMs is { } completed) writer.Ms(completed, near: d.DelayMs);
        foreach (var d in deliveries)
            if (!d.Held.IsNone) writer.Version(d.Held);
        foreach (var d in deliveries)
        {
            if (d.Reason is not null) writer.Text(d.Reason);
            if (d.StoredMs is { } stored) writer.Ms(stored);
            if (d.Attempts != 1) writer.Signed(d.Attempts);
        }
    }

    private static WriteFacts FactsOf(WriteRecord w) =>
        (w.Naive ? WriteFacts.Naive : 0) | (w.LeaderCounted ? WriteFacts.LeaderCounted : 0) | (w.Answered ? WriteFacts.Answered : 0) | (w.Forgotten ? WriteFacts.Forgotten : 0)
        | (w.Acks is not null ? WriteFacts.Acks : 0) | (w.ElapsedMs is not null ? WriteFacts.Elapsed : 0) | (w.StoredMs is not null ? WriteFacts.Stored : 0)
        | (w.Status == WriteStatus.Success ? WriteFacts.Success : 0) | (w.Status == WriteStatus.PartialSuccess ? WriteFacts.Partial : 0) | (w.Gap is not null ? WriteFacts.Gap : 0);

    private static DeliveryFacts FactsOf(DeliveryRecord d) =>
        (DeliveryFacts)d.Outcome | (d.Late ? DeliveryFacts.Late : 0) | (d.Open ? DeliveryFacts.Open : 0) | (d.CompletedMs is not null ? DeliveryFacts.Completed : 0)
        | (d.Held.IsNone ? 0 : DeliveryFacts.Held) | (d.Reason is not null ? DeliveryFacts.Reason : 0) | (d.StoredMs is not null ? DeliveryFacts.Stored : 0) | (d.Attempts != 1 ? DeliveryFacts.Retried : 0);

    private void LoadWrites(ref KeyframeReader reader)
    {
        var gaps = reader.Many(reader.Count(StateLimits.ReportGaps, leastBytes: 4), static (ref r) => GapRecord.Load(ref r));
        foreach (var gap in gaps) _gaps.Enqueue(gap);
        var count = reader.Count(StateLimits.OpenWrites + StateLimits.Writes, LeastBytesOfWrite);
        var shown = reader.Int(Math.Min(count, StateLimits.Writes));
        (_inFlight, _pendingDeliveries) = (reader.SignedInt(), reader.SignedInt());
        var facts = reader.Many(count, static (ref r) => (WriteFacts)r.Int((int)WriteFacts.All));
        var versions = reader.Many(count, static (ref r) => r.Version());
        var keys = reader.Many(count, static (ref r) => r.Text());
        var leaders = reader.Many(count, static (ref r) => r.Text());
        var values = reader.Many(count, static (ref r) => r.TextOrNone());
        var times = reader.Many(count, static (ref r) => r.Time());
        var required = reader.Many(count, static (ref r) => r.SignedInt());
        var reasons = reader.Many(count, static (ref r) => r.TextOrNone());
        var predicted = reader.Many(count, static (ref r) => r.RealOrNone());
        FigurePeriod[] periods = [new FigurePeriod(null, default, null), .. _figures.Numbered()];
        var places = reader.Many(count, (ref r) => r.Int(periods.Length - 1));
        GapRecord[] known = [new GapRecord("", null, default), .. gaps];
        var writes = new WriteRecord[count];
        for (var i = 0; i < count; i++)
        {
            var has = facts[i];
            var acks = has.HasFlag(WriteFacts.Acks) ? reader.SignedInt() : (int?)null;
            var elapsed = has.HasFlag(WriteFacts.Elapsed) ? reader.Ms() : (double?)null;
            writes[i] = new WriteRecord(versions[i], keys[i], leaders[i], periods[places[i]])
            {
                Naive = has.HasFlag(WriteFacts.Naive),
                LeaderCounted = has.HasFlag(WriteFacts.LeaderCounted),
                Answered = has.HasFlag(WriteFacts.Answered),
                Forgotten = has.HasFlag(WriteFacts.Forgotten),
                Shown = i < shown,
                Value = values[i],
                At = times[i],
                Required = required[i],
                Reason = reasons[i],
                PredictedMs = predicted[i],
                Acks = acks,
                ElapsedMs = elapsed,
                Status = has.HasFlag(WriteFacts.Success) ? WriteStatus.Success : has.HasFlag(WriteFacts.Partial) ? WriteStatus.PartialSuccess : null,
                StoredMs = has.HasFlag(WriteFacts.Stored) ? reader.Ms() : null,
                Gap = has.HasFlag(WriteFacts.Gap) ? known[reader.Int(known.Length - 1)] : null,
            };
            if (!_writes.TryAdd(versions[i], writes[i])) throw new FormatException($"The keyframe has the write {versions[i]} twice.");
            if (i < shown) _shown.Enqueue(writes[i]);
        }

        LoadDeliveries(ref reader, writes);
        _writesTouched = true;
    }

    private void LoadDeliveries(ref KeyframeReader reader, WriteRecord[] writes)
    {
        var total = 0L;
        var counts = reader.Many(writes.Length, static (ref r) => r.Int());
        foreach (var more in counts) total += more;
        var facts = reader.Some(total, leastBytes: 3, static (ref r) => (DeliveryFacts)r.Int((int)DeliveryFacts.All));
        if (Array.Exists(facts, f => (DeliveryOutcome)(f & DeliveryFacts.OutcomeBits) > DeliveryOutcome.Replaced)) throw new FormatException("The keyframe has an outcome that is not known.");
        var followers = reader.Many(facts.Length, static (ref r) => r.Text());
        var scheduled = new ScheduledDelays(_settings);
        var delays = new double[facts.Length];
        var read = 0;
        for (var w = 0; w < writes.Length; w++)
            for (var i = 0; i < counts[w]; i++, read++) delays[read] = scheduled.Read(ref reader, writes[w].Version, followers[read], attempt: 1, i);
        scheduled.ReadCheck(ref reader);
        var deliveries = new DeliveryRecord[facts.Length];
        for (var i = 0; i < deliveries.Length; i++)
        {
            deliveries[i] = new DeliveryRecord(followers[i], delays[i])
            {
                Outcome = (DeliveryOutcome)(facts[i] & DeliveryFacts.OutcomeBits),
                Late = facts[i].HasFlag(DeliveryFacts.Late),
                Open = facts[i].HasFlag(DeliveryFacts.Open),
                CompletedMs = facts[i].HasFlag(DeliveryFacts.Completed) ? reader.Ms(near: delays[i]) : null,
            };
        }

        for (var i = 0; i < deliveries.Length; i++)
            if (facts[i].HasFlag(DeliveryFacts.Held)) deliveries[i].Held = reader.Version();
        for (var i = 0; i < deliveries.Length; i++)
        {
            if (facts[i].HasFlag(DeliveryFacts.Reason)) deliveries[i].Reason = reader.Text();
            if (facts[i].HasFlag(DeliveryFacts.Stored)) deliveries[i].StoredMs = reader.Ms();
            if (facts[i].HasFlag(DeliveryFacts.Retried)) deliveries[i].Attempts = reader.SignedInt();
        }

        var next = 0;
        for (var i = 0; i < writes.Length; i++)
        {
            writes[i].Deliveries = deliveries[next..(next += counts[i])];
            writes[i].OpenDeliveries = writes[i].Deliveries.Count(d => d.Open);
        }
    }

    private void SaveSeries(KeyframeWriter writer)
    {
        var latencies = _latencies.ToArray();
        writer.Number(latencies.Length);
        foreach (var p in latencies) writer.Version(p.Version);
        foreach (var p in latencies) writer.Ms(p.ElapsedMs);
        foreach (var p in latencies) writer.Flag(p.Success);
        foreach (var p in latencies) writer.Signed(p.Required);
        foreach (var p in latencies) writer.RealOrNone(p.PredictedMs);
        var lags = _lags.ToArray();
        writer.Number(lags.Length);
        var before = ImmutableSortedDictionary<string, int>.Empty;
        foreach (var lag in lags)
        {
            writer.Ms(lag.SecondsAgoBase);
            SaveLag(writer, lag.Behind, before);
            before = lag.Behind;
        }

        SaveLag(writer, _lastLag, before);
        writer.Signed(_lastLagMs);
        _availability.Save(writer);
        var counted = _countedInOrder.ToArray();
        writer.Number(counted.Length);
        foreach (var (version, _) in counted) writer.Version(version);
        var ms = 0L;
        foreach (var (_, atMs) in counted)
        {
            writer.Signed(atMs - ms);
            ms = atMs;
        }
    }

    /// <summary>The followers only where they are not those of the point before.</summary>
    private static void SaveLag(KeyframeWriter writer, ImmutableSortedDictionary<string, int> behind, ImmutableSortedDictionary<string, int> before)
    {
        var same = behind.Keys.SequenceEqual(before.Keys);
        writer.Flag(same);
        if (!same) writer.Texts([.. behind.Keys]);
        foreach (var keys in behind.Values) writer.Signed(keys);
    }

    private void LoadSeries(ref KeyframeReader reader)
    {
        var count = reader.Count(StateLimits.LatencyPoints, leastBytes: 5);
        var versions = reader.Many(count, static (ref r) => r.Version());
        var elapsed = reader.Many(count, static (ref r) => r.Ms());
        var success = reader.Many(count, static (ref r) => r.Flag());
        var required = reader.Many(count, static (ref r) => r.SignedInt());
        var predicted = reader.Many(count, static (ref r) => r.RealOrNone());
        _latencies.Fill(versions.Select((version, i) => new LatencyPoint(version, elapsed[i], success[i], required[i], predicted[i])));
        string[] names = [];
        var lags = new LagPoint[reader.Count(StateLimits.LagPoints, leastBytes: 2)];
        for (var i = 0; i < lags.Length; i++) lags[i] = new LagPoint(reader.Ms(), LoadLag(ref reader, ref names));
        _lags.Fill(lags);
        _lastLag = LoadLag(ref reader, ref names);
        _lastLagMs = reader.Signed();
        _availability = AvailabilitySeries.Load(ref reader);
        var answers = reader.Many(reader.Count(int.MaxValue, leastBytes: 2), static (ref r) => r.Version());
        // Whoever jumps about in a recording loads state after state: what grows by doubling leaves twice its size behind.
        _counted.EnsureCapacity(answers.Length);
        _countedInOrder.EnsureCapacity(answers.Length);
        var ms = 0L;
        foreach (var version in answers)
        {
            if (!_counted.Add(version)) throw new FormatException($"The keyframe has the answer to {version} twice.");
            _countedInOrder.Enqueue((version, ms = unchecked(ms + reader.Signed())));
        }
    }

    private static ImmutableSortedDictionary<string, int> LoadLag(ref KeyframeReader reader, ref string[] names)
    {
        if (!reader.Flag()) names = reader.Texts();
        var behind = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (var name in names) behind[name] = reader.SignedInt();
        return behind.ToImmutable();
    }

    private void SavePromises(KeyframeWriter writer)
    {
        writer.Number(_promises.Count);
        foreach (var (write, success, atMs) in _promises)
        {
            writer.Version(write.Version);
            writer.Text(write.Key);
            writer.Text(write.Leader);
            writer.Signed(write.Required);
            writer.Signed(write.Acks);
            writer.Time(write.At);
            foreach (var flag in (ReadOnlySpan<bool>)[write.Naive, write.LeaderCounted, success]) writer.Flag(flag);
            writer.Signed(atMs);
        }
    }

    private void LoadPromises(ref KeyframeReader reader)
    {
        for (var left = reader.Count(int.MaxValue, leastBytes: 10); left > 0; left--)
        {
            var write = new AcknowledgedWrite(reader.Version(), reader.Text(), reader.Text(), reader.SignedInt(), reader.SignedInt(), reader.Time(), reader.Flag(), reader.Flag());
            _promises.Add((write, reader.Flag(), reader.Signed()));
        }
    }
}
