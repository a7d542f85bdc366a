using KvLab.Core.Versioning;

namespace KvLab.Core.Observation.Traffic;

/// <summary>The latest trips, in a ring: the oldest makes room for the newest. Every change has a number, so that whoever looks again and again sees only news.</summary>
/// <param name="capacity">Trips that are remembered, a power of two.</param>
internal sealed partial class TripBook(int capacity)
{
    // A piece is small enough not to be one of the large objects, which only a full collection frees.
    private const int ChunkBits = 9;
    private const int ChunkSize = 1 << ChunkBits;

    // In pieces, so that a quiet cluster pays for what it sent and no more.
    private readonly Trip[]?[] _chunks = new Trip[capacity / ChunkSize][];
    private readonly Dictionary<TripId, long> _numbers = [];

    // Numbers of the trips that changed, the latest changes; as many as trips, in pieces too.
    private readonly long[]?[] _changes = new long[capacity / ChunkSize][];
    private long _last;
    private long _cleared;
    private long _firstChange;

    /// <summary>Of the newest trip; 0 before the first.</summary>
    public long Last => _last;

    /// <summary>The oldest that is still here; one more than the newest where none is.</summary>
    public long First => Math.Max(_cleared, _last - capacity) + 1;

    /// <summary>Changes so far.</summary>
    public long Changes { get; private set; }

    /// <summary>The changes when it was emptied last.</summary>
    public long ClearedAt { get; private set; }

    /// <summary>The oldest change that can still be asked for.</summary>
    public long FirstChange => Math.Max(_firstChange, Changes - capacity);

    /// <summary>A book that comes from a keyframe has gaps between its oldest and its newest.</summary>
    public bool Has(long number) => number >= First && number <= _last && _chunks[Place(number) >> ChunkBits] is { } chunk && chunk[Place(number) & (ChunkSize - 1)].Number == number;

    /// <summary>Only where it <see cref="Has"/> that number.</summary>
    public ref Trip this[long number] => ref _chunks[Place(number) >> ChunkBits]![Place(number) & (ChunkSize - 1)];

    /// <returns>0 where it is not here.</returns>
    public long Find(in TripId id) => _numbers.GetValueOrDefault(id);

    public ref Trip Add(in Trip trip)
    {
        var number = ++_last;
        ref var slot = ref Put(trip with { Number = number });
        Touch(number);
        return ref slot;
    }

    private ref Trip Put(scoped in Trip trip)
    {
        var place = Place(trip.Number);
        ref var chunk = ref _chunks[place >> ChunkBits];
        chunk ??= new Trip[ChunkSize];
        ref var slot = ref chunk[place & (ChunkSize - 1)];
        if (slot.Number > 0 && _numbers.GetValueOrDefault(slot.Id) == slot.Number) _numbers.Remove(slot.Id);
        slot = trip;
        // A copy is found by the trip that it is a copy of.
        if (!trip.Is(TripFacts.Copy)) _numbers[slot.Id] = slot.Number;
        return ref slot;
    }

    public void Touch(long number)
    {
        var place = Place(Changes++);
        (_changes[place >> ChunkBits] ??= new long[ChunkSize])[place & (ChunkSize - 1)] = number;
    }

    /// <summary>The number of the trip that this change was of.</summary>
    public long ChangeAt(long change) => _changes[Place(change) >> ChunkBits]![Place(change) & (ChunkSize - 1)];

    public void Clear()
    {
        _numbers.Clear();
        _cleared = _last;
        // Whoever looks for news finds that it has missed some, and begins anew.
        ClearedAt = Changes += capacity + 1;
    }

    /// <summary>All that are here, the oldest first.</summary>
    public Trip[] Copy()
    {
        var copy = new List<Trip>((int)(_last - First + 1));
        for (var number = First; number <= _last; number++)
            if (Has(number)) copy.Add(this[number]);
        return [.. copy];
    }

    private int Place(long number) => (int)(number & (capacity - 1));
}
