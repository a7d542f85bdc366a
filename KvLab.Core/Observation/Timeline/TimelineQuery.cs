using KvLab.Core.Versioning;

namespace KvLab.Core.Observation.Timeline;

/// <summary>Which part of the diagram somebody wants to see, and how finely.</summary>
/// <param name="From">In the units of the axis: ns since the observer began, or Lamport time.</param>
/// <param name="To">The first moment after it.</param>
/// <param name="Width">In pixels: what falls into a few of them is shown as one, with its number.</param>
public sealed record TimelineQuery(long From, long To, int Width = TimelineQuery.StandardWidth)
{
    public const int StandardWidth = 1000;
    public const int LargestWidth = 8000;

    /// <summary>So many lines are told apart, whatever their places.</summary>
    public const int MostLines = 1200;

    /// <summary>At either end.</summary>
    public string? Node { get; init; }
    public string? Key { get; init; }

    /// <summary>Null: all.</summary>
    public LineKind? Kind { get; init; }

    /// <summary>The one write that is followed; all others are left out.</summary>
    public EntryVersion Only { get; init; }

    /// <summary>The write whose lines are given one by one besides, and whose causes and effects are said.</summary>
    public EntryVersion Selected { get; init; }

    /// <summary>Whose part in the selected write is meant; null: where it began.</summary>
    public string? SelectedNode { get; init; }
}
