using System.Text;
using KvLab.Core.Configuration;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Nodes.Storage;

/// <summary>
/// What a back end read, believed only as far as a node can have written it: whoever has the file or the server's password can write there too. What is damaged is
/// said in one sentence; going on with it would spread it to other nodes.
/// </summary>
internal static class StoredRow
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="StoreException">No node wrote this.</exception>
    public static Entry Entry(byte[] key, byte[] value, long epoch, long counter)
    {
        try
        {
            var name = Strict.GetString(key);
            if (InputRules.CheckKey(name) is { } sentence) throw new FormatException(sentence);
            // One above every clock can come from a message by hand; nobody counts on from there.
            if (epoch < 1 || counter < 1) throw new FormatException($"version {counter} of epoch {epoch} is not a valid version.");
            return new Entry(name, JsonText.FromOthers(value), new EntryVersion(epoch, counter));
        }
        catch (Exception wrong) when (wrong is FormatException or DecoderFallbackException)
        {
            throw Damaged($"an entry cannot be read ({ErrorText.Short(wrong.Message, 200)})", wrong);
        }
    }

    /// <exception cref="StoreException">No node kept this.</exception>
    public static Opened Checked(Opened opened)
    {
        var (epoch, counter) = (opened.Kept.Epoch, opened.Kept.Counter);
        return epoch is >= 0 and <= InputRules.LargestClock && counter is >= 0 and <= InputRules.LargestClock
            ? opened
            : throw Damaged($"it says that version {counter} of epoch {epoch} was seen, which no node can have stored");
    }

    /// <summary>Waiting does not mend it, so it counts like a schema that this node must not touch.</summary>
    public static StoreException Damaged(string how, Exception? inner = null) => new(
        StoreFailure.Schema, $"The data in this storage is damaged: {how}. Give the node another storage, or remove this one; the other nodes then send again what they have of its data.", inner);
}
