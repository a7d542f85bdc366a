namespace KvLab.Nodes.Configuration;

public enum StorageKind { Memory, Sqlite }

/// <summary>What <c>STORAGE</c> says. The connection may hold a password, so nothing ever prints it: see <see cref="ToString"/>.</summary>
/// <param name="Connection">A file, folder or connection string; empty for memory.</param>
public sealed record StorageOption(StorageKind Kind, string Connection)
{
    public static readonly StorageOption Memory = new(StorageKind.Memory, "");

    private const string Forms = "memory or sqlite:<file or folder>";

    /// <summary>The kind alone.</summary>
    public override string ToString() => Kind.ToString().ToLowerInvariant();

    internal static StorageOption Read(OptionValues values)
    {
        var text = values.Text("STORAGE") ?? "memory";
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (word, connection) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..].Trim());
        // Only the word before the colon may be repeated to whoever reads the error: a password may follow it.
        if (!Enum.TryParse<StorageKind>(word, ignoreCase: true, out var kind) || char.IsDigit(word[0]))
        {
            values.Errors.Add("STORAGE", $"STORAGE must be {Forms}, but begins with \"{(word.Length > 20 ? word[..20] + "…" : word)}\".");
            return Memory;
        }

        if (kind == StorageKind.Memory ? colon >= 0 : connection.Length == 0)
        {
            values.Errors.Add("STORAGE", kind == StorageKind.Memory
                ? "STORAGE is memory, which takes nothing behind it."
                : $"STORAGE names {word} but not where: {Forms}.");
        }

        return new StorageOption(kind, connection);
    }
}
