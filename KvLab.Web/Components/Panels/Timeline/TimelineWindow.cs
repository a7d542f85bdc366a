using KvLab.Core.Observation.Timeline;

namespace KvLab.Web.Components.Panels.Timeline;

/// <summary>Which part of the diagram one viewer sees; the address of the page holds it.</summary>
/// <param name="At">The middle: ms since 1970, or a Lamport time; null: the present, as it goes on.</param>
/// <param name="Zoom">From the left to the right: ms, or Lamport times; null: as usual.</param>
/// <param name="Only">The selected write alone.</param>
public sealed record TimelineWindow(double? At = null, double? Zoom = null, TimelineAxis Axis = TimelineAxis.Real, string? Node = null, string? Key = null, LineKind? Kind = null, bool Only = false)
{
    public const double StandardMs = 10_000;
    public const double StandardSteps = 120;

    public double Span => Zoom ?? (Axis == TimelineAxis.Lamport ? StandardSteps : StandardMs);

    public bool IsFiltered => Node is not null || Key is not null || Kind is not null || Only;
}
