namespace KvLab.Core.Members;

/// <summary>
/// Where a follower sends clients: to the leader that it has heard from lately, and nowhere else. A leader looks at its followers once a second, so one that has been silent for
/// longer is cut off, has ended, or leads no more; its old address would send clients into the void.
/// </summary>
/// <param name="told">What the node was told at its start; null for nothing.</param>
public sealed class KnownLeader(string? told, TimeProvider time)
{
    /// <summary>Several of the leader's looks, for a busy machine.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    private volatile string? _url = told;
    private long _heardAt = time.GetTimestamp();

    /// <summary>Null: not known.</summary>
    public string? Url => time.GetElapsedTime(Volatile.Read(ref _heardAt)) < Remembered ? _url : null;

    public void Hear(string url)
    {
        Volatile.Write(ref _heardAt, time.GetTimestamp());
        // Nearly always the same; another string of the same address would be another cache line for every batch.
        if (_url != url) _url = url;
    }

    public void Forget() => _url = null;

    /// <summary>It turned out that this one leads no more.</summary>
    public void Forget(string url)
    {
        if (_url == url) _url = null;
    }
}
