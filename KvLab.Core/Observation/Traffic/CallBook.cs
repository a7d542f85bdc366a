namespace KvLab.Core.Observation.Traffic;

/// <summary>What was told of the latest calls of one sort, numbered from 1: the oldest makes room for the newest.</summary>
internal sealed partial class CallBook
{
    /// <summary>So many are remembered.</summary>
    public const int Capacity = 4096;

    private readonly Queue<CallTold> _calls = new();

    /// <summary>Number of the newest; 0 before the first.</summary>
    public long Last { get; private set; }

    /// <summary>The oldest that is still here.</summary>
    public long First => Last - _calls.Count + 1;

    /// <summary>The oldest first; of each what was told last.</summary>
    public IEnumerable<CallTold> All => _calls.Reverse().DistinctBy(c => c.Id).Reverse();

    public void Add(in CallTold call)
    {
        if (_calls.Count >= Capacity) _calls.Dequeue();
        Last++;
        _calls.Enqueue(call with { Number = Last, Id = call.Id == 0 ? Last : call.Id });
    }

    /// <summary>Those after a number that are still here.</summary>
    public IEnumerable<CallTold> After(long number) => _calls.Skip((int)Math.Max(0, _calls.Count - (Last - number)));

    public void Clear() => _calls.Clear();
}
