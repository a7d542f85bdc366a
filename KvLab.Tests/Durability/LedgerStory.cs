using KvLab.Core.Durability;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Durability;

/// <summary>Tells a ledger what happened to a leader and its followers, one second after another.</summary>
internal sealed class LedgerStory
{
    public LedgerStory(int followers = 3)
    {
        Began("leader");
        for (var i = 1; i <= followers; i++) Began($"follower-{i}");
    }

    public DurabilityLedger Ledger { get; } = new();
    public DateTimeOffset Now { get; private set; } = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    public string Leader { get; set; } = "leader";
    public long Epoch { get; set; } = 1;

    public DurabilityCounts Counts => Ledger.Count(Now);
    public DurabilityRow this[long version] => Ledger.Find(new EntryVersion(Epoch, version), Now)!;
    public DurabilityRow Of(long epoch, long version) => Ledger.Find(new EntryVersion(epoch, version), Now)!;

    public void Began(string node) => Ledger.Began(node, Tick());
    public void Killed(params string[] nodes)
    {
        foreach (var node in nodes) Ledger.Ended(node, "was killed", Tick());
    }

    /// <summary>The leader stores a write, these followers confirm it in turn, and the client is told of success.</summary>
    public void Write(long version, string key, params string[] confirmed)
    {
        Accept(version, key);
        foreach (var follower in confirmed) Confirm(follower, version, key);
        Answer(version, key, confirmed.Length);
    }

    public void Accept(long version, string key) => Ledger.Accepted(Leader, key, V(version), V(version));

    public void Confirm(string follower, long version, string key)
    {
        Ledger.Holds(follower, key, V(version));
        Ledger.Confirmed(follower, key, V(version), V(version));
    }

    public void Answer(long version, string key, int w, int? acks = null, bool naive = false) =>
        Ledger.Answered(new AcknowledgedWrite(V(version), key, Leader, w, acks ?? w, Tick(), naive));

    public EntryVersion V(long counter) => new(Epoch, counter);

    public DateTimeOffset Tick() => Now = Now.AddSeconds(1);
}
