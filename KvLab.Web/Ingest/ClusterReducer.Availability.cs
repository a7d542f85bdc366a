using KvLab.Web.State;

namespace KvLab.Web.Ingest;

public sealed partial class ClusterReducer
{
    private readonly AvailabilitySeries _availability = new();

    private void Mark(string? node, string words) =>
        _availability.Mark(new FaultMark(NowMs / 1000.0, node, node is null ? words : $"{node} {words}"));

    private static bool IsOnOtherSide(string node) => false;

    /// <summary>Notes beside this second's answers what stood in their way.</summary>
    private void SampleAvailability(long nowMs)
    {
        TakePromises();
        KeepPromises(nowMs - ReportPatienceMs);
        var followers = _nodes.Values.Where(n => n.Role == NodeRoles.Follower).ToArray();
        _availability.Stand(
            nowMs, followers.Length, followers.Count(f => !AvailabilityRule.CanConfirm(f.View())), _settings?.WriteQuorum ?? 0,
            followers.Where(f => IsOnOtherSide(f.Id)).Select(f => f.Behind).DefaultIfEmpty().Max());
    }
}
