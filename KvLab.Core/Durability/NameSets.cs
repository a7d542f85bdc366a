using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace KvLab.Core.Durability;

/// <summary>
/// Sets of node names, in the order of their numbers. Thousands of writes have the same few holders, so a set that was asked for before is the same array.
/// Not safe for concurrent use.
/// </summary>
internal sealed class NameSets
{
    private const int Kept = 64;

    private readonly List<(string[] Asked, ImmutableArray<string> Ordered)> _known = [];

    /// <param name="names">In any order, each once.</param>
    public ImmutableArray<string> Of(List<string> names)
    {
        foreach (var (asked, ordered) in _known)
        {
            if (CollectionsMarshal.AsSpan(names).SequenceEqual(asked)) return ordered;
        }

        ImmutableArray<string> made = [.. names.OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal)];
        // Rather begin anew than search long.
        if (_known.Count == Kept) _known.Clear();
        _known.Add(([.. names], made));
        return made;
    }
}
