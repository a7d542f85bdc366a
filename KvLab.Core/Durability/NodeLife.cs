using KvLab.Core.Versioning;

namespace KvLab.Core.Durability;

/// <summary>One node's memory, which may end and begin again. What it was told to hold belongs to the life in which it held it.</summary>
internal sealed class NodeLife(string name, int index)
{
    public string Name { get; } = name;
    public int Index { get; } = index;
    public int Number { get; private set; }

    /// <summary>As it was once: a life that has ended has a fate.</summary>
    public NodeLife(string name, int index, EntryVersion since, CopyFate? lastFate) : this(name, index) => (Since, LastFate, Gone) = (since, lastFate, lastFate is not null);

    /// <summary>Its process ended and has not come back: news of its last life may still arrive, but it holds nothing.</summary>
    public bool Gone { get; private set; }

    /// <summary>How its last life ended, for news that come after it.</summary>
    public CopyFate? LastFate { get; private set; }

    /// <summary>The newest version that was given out when this life began; what others tell of older ones may be about the life before.</summary>
    public EntryVersion Since { get; private set; }

    /// <summary>A process that has not accepted a write yet: its counter may begin anew.</summary>
    public bool Fresh { get; set; }

    public void End(CopyFate fate)
    {
        LastFate = fate;
        Gone = true;
    }

    public void BeginAnew(EntryVersion newest)
    {
        Number++;
        Gone = false;
        LastFate = null;
        Since = newest;
    }
}
