using KvLab.Core.Settings;

namespace KvLab.Tests.Gate;

/// <summary>A fixed load: the same writes in the same order of chance, in every run on every machine.</summary>
/// <param name="Clients">Each writes, waits for the answer, and writes again.</param>
/// <param name="Dead">A follower that answers nobody until all writes are answered.</param>
public sealed record GateLoad(string Name, LiveSettings Settings, int Clients, string? Dead = null)
{
    public const int Followers = 5;
    public const int Writes = 200;
    public const int Keys = 20;

    private static readonly LiveSettings Plain = new()
    {
        WriteQuorum = 3,
        MinDelayMs = 1,
        MaxDelayMs = 20,
        Seed = 42,
        ReplicationTimeoutMs = 1000,
    };

    public static IReadOnlyList<GateLoad> All { get; } =
    [
        new("plain", Plain, Clients: 4),
        // Forty at once and no delay: messages of several writes travel together.
        new("crowded", Plain with { MinDelayMs = 0, MaxDelayMs = 0 }, Clients: 40),
        // What waits for the dead one is replaced by newer writes of its key, and delivered when it is back.
        new("dead-follower", Plain, Clients: 4, Dead: "follower-5"),
    ];
}
