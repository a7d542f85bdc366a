using KvLab.Core.Events;

namespace KvLab.Core.Observation.Snapshots;

/// <summary>Which events are shown, exported or answered. What is null does not restrict.</summary>
/// <param name="Node">Events that this node reported, and those that the dashboard reported about it.</param>
/// <param name="Key">Exactly this key.</param>
/// <param name="Text">Any case; looked for in the facts and in the sentence that explains the event.</param>
public sealed record EventFilter(string? Node = null, EventKind? Kind = null, string? Key = null, string? Text = null)
{
    public static readonly EventFilter None = new();

    public bool IsEmpty => string.IsNullOrEmpty(Node) && Kind is null && string.IsNullOrEmpty(Key) && string.IsNullOrWhiteSpace(Text);

    /// <param name="labels">A text is looked for in the words that the page has for the event.</param>
    public bool Matches(NodeEvent e, Labels labels) =>
        (string.IsNullOrEmpty(Node) || e.Node == Node || (e.Node == NodeNames.Dashboard && e.Peer == Node))
        && (Kind is null || e.Kind == Kind)
        && (string.IsNullOrEmpty(Key) || e.Key == Key)
        && (string.IsNullOrWhiteSpace(Text) || MatchesText(e, Text.Trim(), labels));

    private static bool MatchesText(NodeEvent e, string text, Labels labels) =>
        Contains(e.Node, text) || Contains(e.Key, text) || Contains(e.Value, text) || Contains(e.Peer, text)
        || Contains(EventKindNames.NameOf(e.Kind), text) || Contains(e.Reason, text) || Contains(e.Detail, text)
        // Last, because the sentence has to be made first.
        || Contains(new Explain(labels).Event(e), text);

    private static bool Contains(string? fact, string text) => fact?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}
