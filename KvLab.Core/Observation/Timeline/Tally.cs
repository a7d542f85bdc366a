using System.Runtime.CompilerServices;
using KvLab.Core.Observation.Traffic;

namespace KvLab.Core.Observation.Timeline;

/// <summary>What a number of lines come to: how many ended how, and between which moments.</summary>
internal struct Tally
{
    private static readonly int Outcomes = Enum.GetValues<MessageOutcome>().Length;

    [InlineArray(16)]
    private struct Counts
    {
        private int _first;
    }

    private Counts _counts;
    public int Inversions;
    public int Messages;

    /// <summary>Of those whose end is known; <see cref="MinEnd"/> is above <see cref="MaxEnd"/> where none is.</summary>
    public long MinEnd, MaxEnd;
    public long MaxReach;

    public static Tally Empty => new() { MinEnd = long.MaxValue };

    public readonly int Of(MessageOutcome outcome) => _counts[(int)outcome];

    public readonly IEnumerable<(MessageOutcome Outcome, int Count)> Ends
    {
        get
        {
            for (var i = 0; i < Outcomes; i++)
                if (_counts[i] > 0) yield return ((MessageOutcome)i, _counts[i]);
        }
    }

    public void Add(in LineRow row, TimelineAxis axis)
    {
        Messages++;
        _counts[(int)row.Outcome]++;
        if (row.Is(LineFlags.Inversion)) Inversions++;
        if (row.End(axis) is var end and > 0) (MinEnd, MaxEnd) = (Math.Min(MinEnd, end), Math.Max(MaxEnd, end));
        MaxReach = Math.Max(MaxReach, row.Reach(axis));
    }

    public void Add(in Tally other)
    {
        Messages += other.Messages;
        Inversions += other.Inversions;
        for (var i = 0; i < Outcomes; i++) _counts[i] += other._counts[i];
        (MinEnd, MaxEnd) = (Math.Min(MinEnd, other.MinEnd), Math.Max(MaxEnd, other.MaxEnd));
        MaxReach = Math.Max(MaxReach, other.MaxReach);
    }
}
