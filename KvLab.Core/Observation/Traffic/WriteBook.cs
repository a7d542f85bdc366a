using KvLab.Core.Replication;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation.Traffic;

/// <summary>What a leader told of one write: that it took it, and what its client was told. Times as in <see cref="Trip"/>.</summary>
/// <param name="Number">In the order in which it was told: a write is told twice.</param>
/// <param name="Id">The same in both.</param>
/// <param name="AnsweredNs">0 while the client waits.</param>
/// <param name="Ended">Its leader ended before it told of an answer.</param>
internal readonly record struct WriteTold(
    long Number, long Id, string Key, EntryVersion Version, string Leader, long AcceptedNs, long AcceptedLamport, long AnsweredNs, long AnsweredLamport, int Required, int Acks, WriteStatus? Status, bool Ended);

/// <summary>What was told of the latest writes, the oldest first: the oldest makes room for the newest.</summary>
internal sealed class WriteBook
{
    /// <summary>Two for each write, and so about as many writes as attempts are remembered with four followers.</summary>
    public const int Capacity = 1 << 15;

    private readonly Queue<WriteTold> _told = new();
    private readonly Dictionary<EntryVersion, WriteTold> _open = [];

    /// <summary>Number of the newest; 0 before the first.</summary>
    public long Last { get; private set; }

    /// <summary>The oldest that is still here.</summary>
    public long First => Last - _told.Count + 1;

    public void Accept(string leader, string key, EntryVersion version, long ns, long lamport)
    {
        // Of those that nobody ever answered.
        if (_open.Count >= Capacity) _open.Clear();
        _open[version] = Add(new WriteTold(0, 0, key, version, leader, ns, lamport, 0, 0, 0, 0, null, Ended: false));
    }

    public void Answer(EntryVersion version, long ns, long lamport, int required, int acks, WriteStatus status)
    {
        if (_open.Remove(version, out var write)) Add(write with { AnsweredNs = ns, AnsweredLamport = lamport, Required = required, Acks = acks, Status = status });
    }

    public void EndedLeader(string leader)
    {
        foreach (var write in _open.Values.Where(w => w.Leader == leader).OrderBy(w => w.Id).ToArray())
        {
            _open.Remove(write.Version);
            Add(write with { Ended = true });
        }
    }

    /// <summary>Those after a number that are still here.</summary>
    public IEnumerable<WriteTold> After(long number) => _told.Skip((int)Math.Max(0, _told.Count - (Last - number)));

    public void Clear()
    {
        _told.Clear();
        _open.Clear();
    }

    private WriteTold Add(in WriteTold write)
    {
        if (_told.Count >= Capacity) _told.Dequeue();
        Last++;
        var told = write with { Number = Last, Id = write.Id == 0 ? Last : write.Id };
        _told.Enqueue(told);
        return told;
    }
}
