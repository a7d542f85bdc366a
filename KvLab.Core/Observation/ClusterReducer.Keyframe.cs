using System.Buffers;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Keyframes;
using KvLab.Core.Observation.Figures;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation;

// A keyframe is the state between two messages: whoever loads it and applies the following messages has what the one that saved it has. See docs/decisions/0049-keyframes.md.
public sealed partial class ClusterReducer
{
    // 2: reads that went backwards, at the end. One of before has none.
    private const byte KeyframeFormat = 2;

    /// <summary>
    /// Writes the state as of the last message, but for two windows that the recording has anyway: the events of the log, which <see cref="FillLog"/> brings back, and old
    /// messages (<see cref="TrafficBook"/> says which). Best right after a <see cref="PictureTaken"/>, for the snapshot is not written but made of the state.
    /// </summary>
    public void Save(IBufferWriter<byte> output)
    {
        var writer = new KeyframeWriter();
        writer.Byte(KeyframeFormat);
        writer.Number(_now.Ms);
        writer.Time(_now.Utc);
        writer.Flag(_changed);
        writer.Number(_revision);
        writer.Real(_rateShown);
        writer.Time(_since);
        KeyframeJson.Write(writer, _settings);
        KeyframeJson.Write(writer, _startSettings);
        writer.Flag(_began is not null);
        if (_began is { } began)
        {
            writer.Text(began.BootId);
            writer.Signed(began.OriginNs);
        }

        writer.TimeOrNone(_originUtc);
        _rate.Save(writer);
        _events.Save(writer);
        SaveNodes(writer);
        _dashboardLedger.Save(writer);
        SaveRows(writer);
        SaveReigns(writer);
        _figures.Save(writer);
        SaveWrites(writer);
        SaveSeries(writer);
        SavePromises(writer);
        _ledger.Save(writer);
        writer.Flag(_durabilityTouched);
        _traffic.Save(writer, new ScheduledDelays(_settings));
        writer.Number(_readsBackwards);
        output.Write(writer.Written);
    }

    /// <param name="predictMeanMs">As for a new one.</param>
    /// <exception cref="FormatException">It is not what <see cref="Save"/> writes. A keyframe that was altered may also load as a state that never was; it takes no more room than its bytes allow.</exception>
    public static ClusterReducer Load(ReadOnlySpan<byte> keyframe, Func<LiveSettings, int, double?> predictMeanMs, EventTap? tap = null)
    {
        var reader = new KeyframeReader(keyframe);
        var format = reader.Byte(KeyframeFormat);
        var reducer = new ClusterReducer(predictMeanMs, tap);
        reducer.Load(ref reader);
        if (format > 1) reducer._readsBackwards = reader.Int();
        reader.End();
        return reducer;
    }

    /// <summary>Right after <see cref="Load(ReadOnlySpan{byte}, Func{LiveSettings, int, double?}, EventTap?)"/>: the events of the log, which a keyframe does not hold. Without them the log begins after the keyframe.</summary>
    /// <inheritdoc cref="EventLog.Fill" path="/param"/>
    public void FillLog(IEnumerable<ReadOnlyMemory<byte>> preceding)
    {
        _events.Fill(preceding);
        // One that somebody looked at before lacks them.
        _due = _revision > 0;
    }

    private void Load(ref KeyframeReader reader)
    {
        _now = new ObserverTime(reader.Number(), reader.Time());
        if (_now.Ms > _now.Utc.UtcTicks / TimeSpan.TicksPerMillisecond) throw new FormatException("The keyframe's observer began before all time.");
        _changed = reader.Flag();
        (_revision, _rateShown) = (reader.Number(), reader.Real());
        _since = reader.Time();
        (_settings, _startSettings) = (KeyframeJson.ReadSettingsOrNone(ref reader), KeyframeJson.ReadSettingsOrNone(ref reader));
        if (reader.Flag()) _began = new ObserverBegan(reader.TextOrNone(), reader.Signed());
        _originUtc = reader.TimeOrNone();
        _rate.Load(ref reader);
        _events = EventLog.Load(ref reader);
        LoadNodes(ref reader);
        _dashboardLedger = SequenceLedger.Load(ref reader);
        LoadRows(ref reader);
        LoadReigns(ref reader);
        _figures = FigureBook.Load(ref reader);
        LoadWrites(ref reader);
        LoadSeries(ref reader);
        LoadPromises(ref reader);
        _ledger = DurabilityLedger.Load(ref reader);
        _durabilityTouched = reader.Flag();
        // Not judged: that is done when a picture is taken, and by its time.
        _durability = null;
        _traffic = TrafficBook.Load(ref reader, new ScheduledDelays(_settings));
        _due = _revision > 0;
    }

    private void SaveReigns(KeyframeWriter writer)
    {
        writer.Number(_reign);
        writer.Signed(_epochSeen);
        writer.Flag(_manyEpochs);
        writer.NumberOrNone(_smallestQuorum);
        writer.Flag(_waiting is not null);
        if (_waiting is { } waiting)
        {
            writer.Text(waiting.Node);
            writer.Texts(waiting.For);
            writer.Signed(waiting.Heard);
            writer.Signed(waiting.Needed);
            writer.Text(waiting.Sentence);
        }

        writer.Texts(_otherSide);
        writer.Number(_rolledBackCount);
        writer.Number(_rolledBack.Count);
        foreach (var taken in _rolledBack)
        {
            writer.Text(taken.Node);
            writer.Text(taken.Key);
            writer.Version(taken.Version);
            writer.Text(taken.Value);
            writer.Version(taken.Instead);
            writer.Time(taken.At);
            writer.Flag(taken.Promised);
        }

        writer.Number(_syncs.Count);
        foreach (var sync in _syncs)
        {
            writer.Text(sync.Leader);
            writer.Text(sync.Follower);
            writer.Flag(sync.Rejoined);
            foreach (var number in (ReadOnlySpan<long>)[sync.Entries, sync.BytesSent, sync.BytesCompared]) writer.Signed(number);
            writer.Ms(sync.ElapsedMs);
            writer.Time(sync.At);
        }
    }

    private void LoadReigns(ref KeyframeReader reader)
    {
        (_reign, _epochSeen, _manyEpochs, _smallestQuorum) = (reader.Number(), reader.Signed(), reader.Flag(), reader.IntOrNone());
        if (reader.Flag()) _waiting = new WaitingView(reader.Text(), [.. reader.Texts()], reader.SignedInt(), reader.SignedInt(), reader.Text());
        _otherSide = [.. reader.Texts()];
        _rolledBackCount = reader.Number();
        for (var left = reader.Count(StateLimits.RolledBack, leastBytes: 7); left > 0; left--)
            _rolledBack.Enqueue(new RolledBackView(reader.Text(), reader.Text(), reader.Version(), reader.TextOrNone(), reader.Version(), reader.Time()) { Promised = reader.Flag() });
        for (var left = reader.Count(StateLimits.Syncs, leastBytes: 8); left > 0; left--)
            _syncs.Enqueue(new SyncView(reader.Text(), reader.Text(), reader.Flag(), reader.SignedInt(), reader.Signed(), reader.Signed(), reader.Ms(), reader.Time()));
        (_rolledBackView, _syncView) = ([.. _rolledBack.Reverse()], [.. _syncs.Reverse()]);
    }
}
