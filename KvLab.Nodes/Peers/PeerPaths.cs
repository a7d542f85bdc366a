namespace KvLab.Nodes.Peers;

internal static class PeerPaths
{
    public const string State = "/internal/state";
    public const string Seal = "/internal/seal";
    public const string Note = "/internal/note";
    public const string Digest = "/internal/digest";
    public const string Versions = "/internal/versions";
    public const string Entries = "/internal/entries";
    public const string Unconfirmed = "/internal/unconfirmed";
    public const string Decide = "/internal/decide";
    public const string Remove = "/internal/remove";
}
