namespace KvLab.Core.Versioning;

/// <summary>
/// Names the one leadership that an epoch belongs to, in a number that messages carry: the same for one process of one node, another for every other.
/// Two leaders that began the same epoch, because neither could hear of the other, are told apart by it.
/// </summary>
public static class LeadershipId
{
    /// <summary>Not said: a message by hand, or a leader that asked nobody before it began (the seed's).</summary>
    public const long Unnamed = 0;

    // Short on the wire, and still no two of a lab's processes meet by chance.
    private const int Bits = 48;

    /// <summary>FNV-1a over both names, folded to 48 bits; never <see cref="Unnamed"/>.</summary>
    public static long Of(string node, string incarnation)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in $"{node}/{incarnation}") hash = (hash ^ character) * 1099511628211UL;
        var folded = (long)((hash >> Bits) ^ (hash & ((1UL << Bits) - 1)));
        return folded == Unnamed ? 1 : folded;
    }
}
