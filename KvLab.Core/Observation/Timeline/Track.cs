namespace KvLab.Core.Observation.Timeline;

/// <summary>
/// The lines of one kind between two nodes, in the order of their time, with an implicit segment tree over them: level 0 sums up blocks of rows, each level above it two
/// of the one below. A window is summed in O(log n). Rows come nearly in order; one that comes late is put in its place, and the tree is mended from there on when it is asked next.
/// </summary>
internal sealed class Track(TrackId id, TimelineAxis axis)
{
    private const int Block = 32;

    private readonly List<Tally[]> _levels = [];
    private LineRow[] _rows = new LineRow[Block];

    // What is before the first has been forgotten; what is at or after the dirty one is not in the tree.
    private int _first, _end, _dirty;

    // So many rows the tree was made for last.
    private int _summed;

    public TrackId Id => id;
    public TimelineAxis Axis => axis;
    public int First => _first;
    public int End => _end;
    public bool IsEmpty => _first == _end;

    public ref readonly LineRow this[int at] => ref _rows[at];

    public long TimeOf(int at) => TimeOf(_rows[at]);

    private long TimeOf(in LineRow row) => axis == TimelineAxis.Lamport ? row.AtLamport : row.AtNs;

    /// <summary>The first row that is not before a moment.</summary>
    public int LowerBound(long time) => LowerBound(time, 0, _first, _end);

    private int LowerBound(long time, uint number, int from, int to)
    {
        while (from < to)
        {
            var middle = (int)(((uint)from + (uint)to) >> 1);
            var at = TimeOf(middle);
            if (at < time || (at == time && _rows[middle].Number < number)) from = middle + 1; else to = middle;
        }

        return from;
    }

    /// <returns>−1 where it is not here.</returns>
    public int Find(long time, uint number)
    {
        var at = LowerBound(time, number, _first, _end);
        return at < _end && TimeOf(at) == time && _rows[at].Number == number ? at : -1;
    }

    public void Add(in LineRow row)
    {
        if (_end == _rows.Length) Grow();
        var at = _end > _first && (TimeOf(_end - 1), _rows[_end - 1].Number).CompareTo((TimeOf(row), row.Number)) > 0 ? LowerBound(TimeOf(row), row.Number, _first, _end) : _end;
        Array.Copy(_rows, at, _rows, at + 1, _end - at);
        _rows[at] = row;
        _end++;
        _dirty = Math.Min(_dirty, at);
    }

    public void Set(int at, in LineRow row)
    {
        _rows[at] = row;
        if (at >= _dirty) return;
        var node = at / Block;
        SumBlock(node);
        for (var level = 1; level < _levels.Count; level++) SumPair(level, node >>= 1);
    }

    public void RemoveAt(int at)
    {
        if (at == _first)
        {
            _first++;
            return;
        }

        Array.Copy(_rows, at + 1, _rows, at, _end - at - 1);
        _end--;
        _dirty = Math.Min(_dirty, at);
    }

    private void Grow()
    {
        if (_first > _rows.Length / 2)
        {
            Array.Copy(_rows, _first, _rows, 0, _end - _first);
            (_end, _first, _dirty) = (_end - _first, 0, 0);
            return;
        }

        Array.Resize(ref _rows, _rows.Length * 2);
    }

    /// <summary>The rows from one to before another, summed up.</summary>
    public Tally Sum(int from, int to)
    {
        Mend();
        var sum = Tally.Empty;
        while (from < to && from % Block != 0) sum.Add(_rows[from++], axis);
        while (from < to && to % Block != 0) sum.Add(_rows[--to], axis);
        for (var (level, left, right) = (0, from / Block, to / Block); left < right; level++, left >>= 1, right >>= 1)
        {
            if ((left & 1) == 1) sum.Add(_levels[level][left++]);
            if ((right & 1) == 1) sum.Add(_levels[level][--right]);
        }

        return sum;
    }

    /// <summary>Rows before one of which something is to be seen at a moment or later.</summary>
    public void Reaching(int before, long time, Action<int> visit)
    {
        Mend();
        if (_levels.Count > 0 && before > _first) Reaching(_levels.Count - 1, 0, before, time, visit);
    }

    private void Reaching(int level, int node, int before, long time, Action<int> visit)
    {
        var (from, to) = ((node << level) * Block, ((node + 1) << level) * Block);
        if (from >= before || to <= _first || node >= _levels[level].Length || _levels[level][node].MaxReach < time) return;
        if (level > 0)
        {
            Reaching(level - 1, node * 2, before, time, visit);
            Reaching(level - 1, node * 2 + 1, before, time, visit);
            return;
        }

        for (var at = Math.Max(from, _first); at < Math.Min(to, before); at++)
            if (_rows[at].Reach(axis) >= time) visit(at);
    }

    private void Mend()
    {
        if (_dirty >= _end && _summed <= _end && _levels.Count > 0) return;
        var (node, last, stale) = (Math.Min(_dirty, _end) / Block, Math.Max(0, _end - 1) / Block, Math.Max(0, _summed - 1) / Block);
        for (var level = 0; ; level++, node >>= 1, last >>= 1, stale >>= 1)
        {
            if (_levels.Count == level) _levels.Add([]);
            if (_levels[level].Length <= last)
            {
                var wider = new Tally[Math.Max(2, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)last + 1))];
                _levels[level].CopyTo(wider, 0);
                wider.AsSpan(_levels[level].Length).Fill(Tally.Empty);
                _levels[level] = wider;
            }

            for (var i = last + 1; i <= stale; i++) _levels[level][i] = Tally.Empty;
            for (var i = node; i <= last; i++)
                if (level == 0) SumBlock(i); else SumPair(level, i);
            if (last == 0 && level >= _levels.Count - 1) break;
        }

        (_dirty, _summed) = (_end, _end);
    }

    private void SumBlock(int node)
    {
        var sum = Tally.Empty;
        for (var at = Math.Max(_first, node * Block); at < Math.Min(_end, (node + 1) * Block); at++) sum.Add(_rows[at], axis);
        _levels[0][node] = sum;
    }

    private void SumPair(int level, int node)
    {
        var below = _levels[level - 1];
        var sum = node * 2 < below.Length ? below[node * 2] : Tally.Empty;
        if (node * 2 + 1 < below.Length) sum.Add(below[node * 2 + 1]);
        _levels[level][node] = sum;
    }
}
