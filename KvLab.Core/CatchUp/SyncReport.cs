namespace KvLab.Core.CatchUp;

/// <summary>What one comparison with a follower found and did.</summary>
/// <param name="Sent">Entries that the follower lacked and was sent.</param>
/// <param name="Adopted">Entries of an earlier reign that only the follower still had, and that the leader took over.</param>
/// <param name="BytesCompared">Hashes, keys and versions that were asked for.</param>
/// <param name="BytesSent">Keys and values.</param>
public sealed record SyncReport(int Sent, int Adopted, long BytesCompared, long BytesSent, double ElapsedMs)
{
    public override string ToString() =>
        $"{Sent} entries ({BytesSent} bytes) were sent after {BytesCompared} bytes were compared{(Adopted > 0 ? $", and {Adopted} were recovered from the follower" : "")}";
}

/// <summary>Sums over all comparisons since the leader began.</summary>
public sealed record RepairTotals(long Comparisons, long Sent, long Adopted, long BytesCompared, long BytesSent)
{
    public static readonly RepairTotals None = new(0, 0, 0, 0, 0);

    internal RepairTotals With(SyncReport report) => new(Comparisons + 1, Sent + report.Sent, Adopted + report.Adopted, BytesCompared + report.BytesCompared, BytesSent + report.BytesSent);
}
