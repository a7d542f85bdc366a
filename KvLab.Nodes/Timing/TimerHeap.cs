namespace KvLab.Nodes.Timing;

/// <summary>A binary heap by due time in which every timer knows its place, so that one can be taken out from the middle. Not safe for concurrent use.</summary>
internal sealed class TimerHeap
{
    private PreciseTimer[] _items = new PreciseTimer[64];

    public int Count { get; private set; }

    public PreciseTimer? First => Count == 0 ? null : _items[0];

    public void Add(PreciseTimer timer)
    {
        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        Place(timer, Count++);
        Up(timer.HeapIndex);
    }

    /// <summary>Does nothing for a timer that is not in the heap.</summary>
    public void Remove(PreciseTimer timer)
    {
        var index = timer.HeapIndex;
        if (index < 0) return;
        timer.HeapIndex = PreciseTimer.NotInHeap;
        var last = _items[--Count];
        _items[Count] = null!;
        if (last == timer) return;
        Place(last, index);
        Up(index);
        Down(last.HeapIndex);
    }

    private void Up(int index)
    {
        var timer = _items[index];
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (_items[parent].DueAt <= timer.DueAt) break;
            Place(_items[parent], index);
            index = parent;
        }

        Place(timer, index);
    }

    private void Down(int index)
    {
        var timer = _items[index];
        while (true)
        {
            var child = 2 * index + 1;
            if (child >= Count) break;
            if (child + 1 < Count && _items[child + 1].DueAt < _items[child].DueAt) child++;
            if (_items[child].DueAt >= timer.DueAt) break;
            Place(_items[child], index);
            index = child;
        }

        Place(timer, index);
    }

    private void Place(PreciseTimer timer, int index)
    {
        _items[index] = timer;
        timer.HeapIndex = index;
    }
}
