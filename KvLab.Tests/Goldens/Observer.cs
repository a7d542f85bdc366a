using System.Buffers;
using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation;
using KvLab.Web.Live;
using Microsoft.Extensions.Time.Testing;

namespace KvLab.Tests.Goldens;

/// <summary>
/// Tells a dashboard's reducer what happened in a run, at the times at which it happened, and makes a snapshot every tenth of a second as
/// a dashboard does. Events that one node had in a row come as one packed batch.
/// </summary>
internal sealed class Observer
{
    private static readonly DateTimeOffset Beginning = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Beginning);
    private readonly ClientOutcomes _clients;
    private readonly ClusterObserver _observer;
    private readonly Action<ClusterObserver, ClusterSnapshot>? _look;
    private readonly List<NodeEvent> _row = [];
    private TimeSpan _nextPicture = StatePublisher.Interval;
    private ClusterSnapshot _snapshot = ClusterSnapshot.Empty;

    private Observer(Action<Observed>? keep, Action<ClusterObserver, ClusterSnapshot>? look)
    {
        _clients = new ClientOutcomes(_time);
        _observer = new ClusterObserver(_time, (settings, followers) => OrderStatistics.MeanMs(settings, followers), clients: _clients, keep: keep);
        _look = look;
    }

    /// <param name="keep">Gets the one stream.</param>
    /// <param name="look">Sees the snapshots of every tenth of a second too.</param>
    /// <returns>A snapshot after every so many events, and one at the end; with it how many events it is of.</returns>
    public static IEnumerable<(int Events, TimeSpan At, ClusterSnapshot Snapshot)> Watch(
        PlayedRun run, int every, Action<Observed>? keep = null, Action<ClusterObserver, ClusterSnapshot>? look = null)
    {
        var observer = new Observer(keep, look);
        var events = 0;
        foreach (var (at, what) in run.Told)
        {
            observer.MoveTo(at);
            observer.Take(what);
            if (what is not Happened || ++events % every != 0) continue;
            yield return (events, at, observer.Snapshot());
        }

        yield return (events, run.Told[^1].At, observer.Snapshot());
    }

    private void Take(Told what)
    {
        if (what is Happened happened)
        {
            if (_row.Count > 0 && (_row[^1].Node, _row[^1].Incarnation) != (happened.Event.Node, happened.Event.Incarnation)) SendRow();
            _row.Add(happened.Event);
            return;
        }

        SendRow();
        switch (what)
        {
            case Message message: _observer.Tell(message.What); break;
            case Answered answered: _clients.Answered(answered.Answer); break;
            case Unreached: _clients.Unreachable(); break;
        }
    }

    private void SendRow()
    {
        if (_row.Count == 0) return;
        var packed = new ArrayBufferWriter<byte>();
        EventCodec.Write(packed, new EventBatch { Node = _row[0].Node, Incarnation = _row[0].Incarnation, Events = [.. _row] });
        _observer.Tell(new EventsReceived(EventCodec.Read(packed.WrittenSpan)) { Packed = packed.WrittenMemory });
        _row.Clear();
    }

    private void MoveTo(TimeSpan at)
    {
        // What happened before is told before the clock moves on.
        if (Now < at) SendRow();
        for (; _nextPicture <= at; _nextPicture += StatePublisher.Interval)
        {
            _time.Advance(_nextPicture - Now);
            Snapshot();
        }

        _time.Advance(at - Now);
    }

    private TimeSpan Now => _time.GetUtcNow() - Beginning;

    /// <summary>The newest, whether or not anything changed since the last.</summary>
    private ClusterSnapshot Snapshot()
    {
        SendRow();
        _snapshot = _observer.TakeSnapshot() ?? _snapshot;
        _look?.Invoke(_observer, _snapshot);
        return _snapshot;
    }
}
