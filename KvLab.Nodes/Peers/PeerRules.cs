using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Configuration;

namespace KvLab.Nodes.Peers;

/// <summary>What replicas may say to each other: to requests that break a rule the answer is 400, and an answer that breaks one is none.</summary>
internal static class PeerRules
{
    /// <param name="known">The highest epoch that this node has seen.</param>
    public static void CheckEpoch(long epoch, long known, FieldErrors errors)
    {
        var highest = InputRules.HighestEpochAfter(known);
        errors.Require(epoch >= 1 && epoch <= highest, "epoch", $"epoch must be from 1 to {highest}, but is {epoch}.");
    }

    /// <param name="known">The highest epoch that this node has seen.</param>
    public static void CheckNote(LeaderNote note, long known, FieldErrors errors)
    {
        CheckEpoch(note.Epoch, known, errors);
        errors.Require(note.SmallestQuorum is >= 0 and <= FollowerList.Longest, "smallestQuorum",
            $"smallestQuorum must be from 0 to {FollowerList.Longest}, but is {note.SmallestQuorum}.");
    }

    /// <summary>Branches or leaves of a digest, each at most once.</summary>
    public static void CheckPlaces(int[] places, int count, string field, FieldErrors errors)
    {
        errors.Require(places.Length <= count, field, $"{field} must have at most {count} entries, but has {places.Length}.");
        var seen = new HashSet<int>();
        foreach (var place in places.Take(count))
        {
            if (place < 0 || place >= count) errors.Add(field, $"{field} must be from 0 to {count - 1}, but one is {place}.");
            else if (!seen.Add(place)) errors.Add(field, $"{field} must not name {place} twice.");
        }
    }

    /// <summary>Each key once, so that an answer holds every entry once.</summary>
    public static void CheckKeys(string[] keys, FieldErrors errors) => CheckKeys(keys, "keys", errors);

    private static void CheckKeys(string[] keys, string field, FieldErrors errors)
    {
        var seen = new HashSet<string>(keys.Length, StringComparer.Ordinal);
        foreach (var key in keys)
            if (IsKey(key, field, errors) && !seen.Add(key)) errors.Add(field, $"{field} must not name {ErrorText.Short(key)} twice.");
    }

    public static void CheckDecision(DecideRequest request, long known, FieldErrors errors)
    {
        CheckEpoch(request.Epoch, known, errors);
        foreach (var rollBack in request.RollBacks)
        {
            // Arrays may hold null whatever their type says.
            if (rollBack is null) errors.Add("rollBacks", "rollBacks must not hold null.");
            else if (IsKey(rollBack.Key, "rollBacks.key", errors)) CheckRollBack(rollBack, errors);
        }
    }

    /// <summary>Each key once.</summary>
    public static void CheckRemoval(RemoveRequest request, long known, FieldErrors errors)
    {
        CheckEpoch(request.Epoch, known, errors);
        foreach (var version in request.Versions)
            if (version is null) errors.Add("versions", "versions must not hold null.");
            else CheckVersion(version.Epoch, version.Version, "versions", errors);
        CheckKeys([.. request.Versions.Where(v => v is not null).Select(v => v.Key)], "versions.key", errors);
    }

    private static void CheckRollBack(WireRollBack rollBack, FieldErrors errors)
    {
        CheckVersion(rollBack.Epoch, rollBack.Version, "rollBacks", errors);
        if (rollBack.Instead is not { } instead) return;
        CheckVersion(instead.Epoch, instead.Version, "rollBacks.instead", errors);
        errors.Require(instead.Key == rollBack.Key, "rollBacks.instead", "rollBacks.instead must be of the same key.");
        errors.Require(instead.Value.Length <= InputRules.LargestValue, "rollBacks.instead", $"rollBacks.instead must have a value of at most {InputRules.LargestValue} bytes.");
    }

    private static void CheckVersion(long epoch, long version, string field, FieldErrors errors)
    {
        if (epoch is < 1 or > InputRules.LargestClock || version < 1) errors.Add(field, $"{field} holds version {version} of epoch {epoch}, which nobody can have written.");
    }

    private static bool IsKey(string? key, string field, FieldErrors errors)
    {
        var wrong = key is null ? $"{field} must not hold null." : InputRules.CheckKey(key, field);
        if (wrong is not null) errors.Add(field, wrong);
        return wrong is null;
    }

    /// <summary>What a peer says that it has seen; zeros before its first message.</summary>
    /// <exception cref="JsonException">No node can have seen it.</exception>
    public static EntryVersion Seen(long epoch, long version) =>
        epoch is >= 0 and <= InputRules.LargestClock && version >= 0 ? new EntryVersion(epoch, version) : throw new JsonException($"It has seen epoch {epoch}, version {version}.");

    /// <summary>Of an entry that a peer holds.</summary>
    /// <exception cref="JsonException">Nobody can have written it.</exception>
    public static EntryVersion Written(long epoch, long version) =>
        epoch >= 1 && version >= 1 ? Seen(epoch, version) : throw new JsonException($"It holds version {version} of epoch {epoch}.");

    /// <exception cref="JsonException">It is no key.</exception>
    public static string Key(string? key) => key is not null && InputRules.CheckKey(key) is null ? key : throw new JsonException("It holds an invalid key.");

    /// <exception cref="JsonException">A key stands there twice, or something is no version.</exception>
    public static IReadOnlyDictionary<string, EntryVersion> ByKey(WireVersion?[] versions)
    {
        var byKey = new Dictionary<string, EntryVersion>(versions.Length, StringComparer.Ordinal);
        foreach (var version in versions)
            if (version is null || !byKey.TryAdd(Key(version.Key), Written(version.Epoch, version.Version))) throw new JsonException("It names a key twice, or none.");
        return byKey;
    }

    /// <exception cref="JsonException">Something is no entry.</exception>
    public static IReadOnlyList<Entry> Entries(WireEntry?[] entries) =>
        [.. entries.Select(e => e is null ? throw new JsonException("It holds null.") : new Entry(Key(e.Key), e.Value, Written(e.Epoch, e.Version)))];

    /// <exception cref="JsonException">A digest of another length.</exception>
    public static ulong[] OfLength(ulong[] digest, int length) => digest.Length == length ? digest : throw new JsonException($"It has {digest.Length} hashes, not {length}.");
}
