using System.Globalization;
using System.Text;
using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Core.Versioning;

namespace KvLab.Core.Simulator;

/// <summary>One line of a recorded start, word by word; texts are quoted as in JSON.</summary>
internal sealed class StartWords(string line)
{
    private int _at;

    public string Word()
    {
        var end = line.IndexOf(' ', Math.Min(_at, line.Length));
        var word = end < 0 ? line[Math.Min(_at, line.Length)..] : line[_at..end];
        _at = end < 0 ? line.Length : end + 1;
        return word.Length > 0 ? word : throw Wrong(line);
    }

    public string Text()
    {
        try
        {
            var bytes = Encoding.UTF8.GetBytes(line[Math.Min(_at, line.Length)..]);
            var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) throw Wrong(line);
            _at += Encoding.UTF8.GetCharCount(bytes.AsSpan(0, (int)reader.BytesConsumed)) + 1;
            return reader.GetString()!;
        }
        catch (JsonException)
        {
            throw Wrong(line);
        }
    }

    public int Int() => int.TryParse(Word(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(line);

    public double Number() => double.TryParse(Word(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 && double.IsFinite(number) ? number : throw Wrong(line);

    public EntryVersion Version() =>
        long.TryParse(Word(), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) && long.TryParse(Word(), NumberStyles.None, CultureInfo.InvariantCulture, out var counter)
            && new EntryVersion(epoch, counter) is { IsCountable: true } version ? version : throw Wrong(line);

    public static FormatException Wrong(string line) => new($"start holds a line that cannot be read: {ErrorText.Short(line)}");
}
