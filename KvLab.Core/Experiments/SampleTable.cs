using KvLab.Core.Events;

namespace KvLab.Core.Experiments;

/// <summary>
/// Every measured write of one point, column by column: the raw data that everything else is computed from. Row i is the i-th write
/// to be answered; delivery columns hold one cell per row and follower, row by row.
/// </summary>
public sealed record SampleTable
{
    public required IReadOnlyList<string> Followers { get; init; }

    public required long[] Version { get; init; }

    /// <summary>Index into the keys k1 … kn, from 1.</summary>
    public required int[] Key { get; init; }

    /// <summary>When the client sent it, ms since the point began, client's clock.</summary>
    public required double[] StartMs { get; init; }

    /// <summary>From sending to having the answer, client's clock.</summary>
    public required double[] ClientMs { get; init; }

    /// <summary>From the start of the write to its answer, leader's clock.</summary>
    public required double[] LeaderMs { get; init; }

    /// <summary>Whether the quorum was reached.</summary>
    public required bool[] Success { get; init; }

    /// <summary>Drawn delay of the first attempt, NaN where no event told.</summary>
    public required double[] DelayMs { get; init; }

    /// <summary>When the leader learnt the outcome, since the start of the write, NaN where it never did.</summary>
    public required double[] CompletedMs { get; init; }

    public required DeliveryOutcome[] Outcome { get; init; }

    public required bool[] Late { get; init; }

    /// <summary>What the leader's storage took, NaN where no event told; null where nobody told of any, as in memory.</summary>
    public double[]? StoredMs { get; init; }

    public int Count => Version.Length;

    /// <summary>The delay that this write's latency waits for: the W-th smallest that was drawn; 0 for W = 0, NaN where a draw is unknown.</summary>
    public double DrawnOrderStatisticMs(int row, int w)
    {
        if (w == 0) return 0;
        var drawn = DelayMs.AsSpan(row * Followers.Count, Followers.Count).ToArray();
        Array.Sort(drawn);
        return drawn.Length < w || drawn.Any(double.IsNaN) ? double.NaN : drawn[w - 1];
    }
}
