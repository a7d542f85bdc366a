namespace KvLab.Core.Replays;

/// <summary>A place in a recording: between two elements of the stream, or between two events that one element brought together.</summary>
/// <param name="Elements">So many were told wholly.</param>
/// <param name="Events">So many events of the next one.</param>
public readonly record struct ReplayPlace(long Elements, int Events = 0) : IComparable<ReplayPlace>
{
    public static readonly ReplayPlace Beginning = new(0);

    public int CompareTo(ReplayPlace other) => (Elements, Events).CompareTo((other.Elements, other.Events));

    public static bool operator <(ReplayPlace a, ReplayPlace b) => a.CompareTo(b) < 0;
    public static bool operator >(ReplayPlace a, ReplayPlace b) => a.CompareTo(b) > 0;
    public static bool operator <=(ReplayPlace a, ReplayPlace b) => a.CompareTo(b) <= 0;
    public static bool operator >=(ReplayPlace a, ReplayPlace b) => a.CompareTo(b) >= 0;
}
