using System.Collections.Immutable;

namespace KvLab.Web.Live;

/// <summary>Who changed what last. A page says it where the changed value stands, so that nobody wonders at a field that moved by itself.</summary>
public sealed class LastChanges(TimeProvider time)
{
    /// <summary>How long it is worth telling.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromSeconds(20);

    private ImmutableDictionary<string, (Author Author, long At)> _changes = ImmutableDictionary<string, (Author, long)>.Empty;

    /// <summary>What was changed; on the thread of whoever did.</summary>
    public event Action<IReadOnlyList<string>>? Changed;

    /// <summary>What the value of a setting is called here.</summary>
    public static string Setting(string name) => $"setting {name}";

    public const string Failover = "failover";

    public static string Link(string follower) => $"link {follower}";

    public static string Node(string node) => $"node {node}";

    /// <param name="run">Who has the cluster and does it; null: whoever gives the command.</param>
    public void Note(IEnumerable<string> what, string? run = null)
    {
        string[] names = [.. what];
        if (names.Length == 0) return;
        var author = run is null ? Author.Current : new Author(run);
        var at = time.GetTimestamp();
        ImmutableInterlocked.Update(ref _changes, changes => changes.SetItems(names.Select(w => KeyValuePair.Create(w, (author, at)))));
        Changed?.Invoke(names);
    }

    /// <param name="page">Whoever asks; what it changed itself is no news to it.</param>
    /// <param name="since">A timestamp: what is older was there when the page was opened.</param>
    /// <returns>Who, if somebody else did within <see cref="Shown"/>, and for how long that is worth telling.</returns>
    public (string Words, TimeSpan Left)? By(string what, object? page, long since)
    {
        if (!_changes.TryGetValue(what, out var last) || last.At <= since || (page is not null && last.Author.Page == page)) return null;
        var left = Shown - time.GetElapsedTime(last.At);
        return left > TimeSpan.Zero ? (last.Author.Words, left) : null;
    }
}
