namespace KvLab.Core.Events;

/// <summary>Which of its optional facts a packed event has, one bit each; what they are is written in the order of their bits (<see cref="EventCodec"/>).</summary>
[Flags]
internal enum PackedFacts
{
    None = 0, Key = 1, Value = 1 << 1, Peer = 1 << 2, Held = 1 << 3, Outcome = 1 << 4, Elapsed = 1 << 5, Delay = 1 << 6, Attempt = 1 << 7, Late = 1 << 8,
    Acks = 1 << 9, Required = 1 << 10, Reason = 1 << 11, Detail = 1 << 12, Peers = 1 << 13, Delays = 1 << 14, Naive = 1 << 15, Seldom = 1 << 16,
    LeaderCounted = 1 << 17, All = (1 << 18) - 1,
}
