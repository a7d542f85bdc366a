using KvLab.Core.Recordings;

namespace KvLab.Core.Replays;

/// <summary>
/// A chunk of a recording that is taken apart as far as somebody asked for: who goes to its middle does not wait for its end. Events stay packed: as objects
/// they would be kept for nothing, and the collector of garbage would take longer than reading them again. Safe for concurrent use.
/// </summary>
internal sealed class OpenChunk
{
    private readonly Lock _gate = new();
    private readonly List<PackedElement> _elements = [];
    private readonly IEnumerator<PackedElement> _rest;

    // What is damaged stays damaged: an iterator that has thrown would say that the chunk ends there.
    private Exception? _damage;

    /// <param name="elements">Whose first asking reads the file; it is asked for here, what follows is in memory.</param>
    public OpenChunk(int number, IEnumerable<PackedElement> elements)
    {
        Number = number;
        _rest = elements.GetEnumerator();
        _ = Element(0);
    }

    public int Number { get; }

    /// <returns>Null behind its last.</returns>
    public PackedElement? Element(int index)
    {
        lock (_gate)
        {
            while (_elements.Count <= index)
                if (!Next()) return null;
            return _elements[index];
        }
    }

    private bool Next()
    {
        if (_damage is not null) throw _damage;
        try
        {
            if (!_rest.MoveNext()) return false;
        }
        catch (Exception damage)
        {
            _damage = damage;
            throw;
        }

        _elements.Add(_rest.Current);
        return true;
    }
}
