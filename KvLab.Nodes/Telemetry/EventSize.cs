using KvLab.Core.Events;

namespace KvLab.Nodes.Telemetry;

/// <summary>How large an event is on the wire, estimated from above: messages are bounded by bytes, and nobody serialises twice to know them.</summary>
internal static class EventSize
{
    // Kind and mask, and all numbers at their longest.
    private const int Fixed = 125;
    private const int PerText = 3;
    private const int Settings = 400;

    // Both kinds of faults are numbers: 17 and 3 of them at most.
    private const int Faults = 160;

    // UTF-8 takes at most three bytes for a UTF-16 unit.
    private const int PerCharacter = 3;

    public static int Estimate(NodeEvent e)
    {
        var bytes = Fixed + Text(e.Key) + Text(e.Value) + Text(e.Peer) + Text(e.Reason) + Text(e.Detail);
        if (e.Peers is { } peers)
            foreach (var peer in peers) bytes += Text(peer);
        if (e.DelaysMs is { } delays) bytes += 9 * delays.Length;
        if (e.Settings is not null) bytes += Settings;
        if (e.Link is not null || e.Faults is not null) bytes += Faults;
        return bytes;
    }

    private static int Text(string? text) => text is null ? 0 : PerText + PerCharacter * text.Length;
}
