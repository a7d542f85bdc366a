namespace KvLab.Core.Reading;

/// <summary>What reading from R of N promises, and what it does not.</summary>
public static class ReadQuorum
{
    /// <summary>Every set of R followers meets every set of W that confirmed a promised write (Gifford 1979).</summary>
    /// <param name="acks">Followers that a success needs.</param>
    public static bool Overlaps(int r, int acks, int followers) => r + acks > followers;

    /// <summary>One sentence.</summary>
    public static string Sentence(int r, int acks, int followers) => Overlaps(r, acks, followers)
        ? $"R + W = {r} + {acks} > N = {followers}: at least one of the {r} holds the newest promised write of the key, or a newer one, so the newest of {Words(r)} misses none. A write that is still under way is not promised: one read may show it and the next may not."
        : $"R + W = {r} + {acks} ≤ N = {followers}: {Words(r)} may be among those that a promised write has not reached yet, so a read may miss it.";

    private static string Words(int r) => r == 1 ? "the one answer" : $"the {r} answers";
}
