using System.Collections.Immutable;

namespace KvLab.Core.Observation.Series;

/// <summary>The latest <paramref name="capacity"/> items, oldest first; hands out an immutable copy and makes a new one only after a change.</summary>
public sealed class Window<T>(int capacity)
{
    private readonly Queue<T> _items = new();
    private ImmutableArray<T>? _view = [];

    public int Count => _items.Count;

    public void Add(T item)
    {
        if (_items.Count == capacity) _items.Dequeue();
        _items.Enqueue(item);
        _view = null;
    }

    /// <summary>Instead of all that it has.</summary>
    public void Fill(IEnumerable<T> items)
    {
        Clear();
        foreach (var item in items) Add(item);
    }

    public void Clear()
    {
        _items.Clear();
        _view = [];
    }

    /// <summary>A copy that its caller may change.</summary>
    public T[] ToArray() => _items.ToArray();

    public ImmutableArray<T> View() => _view ??= [.. _items];
}
