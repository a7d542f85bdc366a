using System.Collections.Immutable;
using KvLab.Core.Configuration;

namespace KvLab.Core.Observation.Series;

/// <summary>All keys in natural order. Additions and removals gather until the next view, which merges them in one pass.</summary>
public sealed class KeyOrder
{
    private readonly SortedSet<string> _added = new(NaturalOrder.Instance);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private ImmutableArray<string> _view = [];

    public void Add(string key)
    {
        if (!_removed.Remove(key)) _added.Add(key);
    }

    public void Remove(string key)
    {
        if (!_added.Remove(key)) _removed.Add(key);
    }

    public ImmutableArray<string> View()
    {
        if (_added.Count == 0 && _removed.Count == 0) return _view;
        var merged = ImmutableArray.CreateBuilder<string>(_view.Length + _added.Count);
        using var added = _added.GetEnumerator();
        var more = added.MoveNext();
        foreach (var key in _view)
        {
            if (_removed.Contains(key)) continue;
            for (; more && NaturalOrder.Instance.Compare(added.Current, key) < 0; more = added.MoveNext()) merged.Add(added.Current);
            merged.Add(key);
        }
        for (; more; more = added.MoveNext()) merged.Add(added.Current);
        _added.Clear();
        _removed.Clear();
        return _view = merged.ToImmutable();
    }
}
