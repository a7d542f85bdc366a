using System.Globalization;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Versioning;
using KvLab.Core.Wire;

namespace KvLab.Core.Observation.Snapshots;

/// <summary>
/// "Why?": one plain sentence, with its numbers, for every event, outcome and cell. Pure: the same facts give the same words
/// on the page, in exports and over REST.
/// </summary>
/// <param name="labels">What versions and nodes are called on the page that the sentence stands on.</param>
public sealed partial class Explain(Labels labels)
{
    /// <summary>For one epoch, and while the node that is called leader leads.</summary>
    public static readonly Explain Plain = new(Labels.Plain);

    private string N(string? node) => labels.Name(node);
    private string V(EntryVersion version) => labels.Version(version);

    /// <summary>A count with its noun: <c>1 version</c>, <c>5 versions</c>.</summary>
    public static string Count(long count, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? noun : plural ?? noun + "s")}");

    /// <summary>Milliseconds with as many digits as mean something.</summary>
    public static string Ms(double ms) => Math.Abs(ms) switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{ms:0.##} ms"),
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{ms:0.#} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms"),
    };

    /// <summary>What became of an acknowledged write, and which of its copies cannot be reached now.</summary>
    public string Durability(DurabilityRow row, Reach? reach = null)
    {
        var text = DurabilityWords.Of(row, N);
        return reach?.Of(row.HeldNow) is { Length: > 0 } away
            ? $"{text} {(row.HeldNow.Length == 1 ? "It" : $"{away.Length} of these {row.HeldNow.Length}")} cannot be reached now ({Away(away)})."
            : text;
    }

    /// <summary><c>follower-3: cut off, the old leader: frozen</c>.</summary>
    public string Away(IEnumerable<UnavailableNode> nodes) => string.Join(", ", nodes.Select(n => $"{N(n.Node)}: {n.Why}"));

    private static string After(double? ms) => ms is { } value ? $" after {Ms(value)}" : "";

    /// <summary>How much older one version is than another, in versions of the leader's one counter, or in epochs where they differ.</summary>
    private static string Older(EntryVersion old, EntryVersion newer) =>
        old.Epoch == newer.Epoch
            ? $"{Count(newer.Counter - old.Counter, "version")} older"
            : $"of epoch {old.Epoch} instead of {newer.Epoch}";

    private static string Sentence(string text) => Ended(Unseen.Shown(text));

    private static string Ended(string text) =>
        text.Length == 0 ? text : text[^1] is '.' or '!' or '?' ? text : text + ".";

    private static string Outcome(DeliveryOutcome? outcome) => outcome?.ToString().ToLowerInvariant() ?? "acknowledged";
}
