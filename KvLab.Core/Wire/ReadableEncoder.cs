using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace KvLab.Core.Wire;

/// <summary>
/// Text in JSON stays as people read it, in every script and with every picture; the framework's relaxed encoder still writes whatever lies beyond the basic
/// plane as two escapes. Escaped are what JSON demands, and characters that nobody sees or that turn the direction of what follows, so that
/// no answer looks like another one. The result is for answers of type JSON and never goes into a page unescaped: pages escape it as any other text.
/// </summary>
public sealed class ReadableEncoder : JavaScriptEncoder
{
    public static ReadableEncoder Instance { get; } = new();

    /// <summary>One UTF-16 unit as <c>\uXXXX</c>.</summary>
    private const int EscapeLength = 6;

    /// <summary>Everything that is not plain ASCII text: those are looked at one by one.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => c > '~' || WillEncodeAscii(c))]);
    private static readonly SearchValues<byte> SpecialBytes = SearchValues.Create([.. Enumerable.Range(0, 256).Select(b => (byte)b).Where(b => b > '~' || WillEncodeAscii(b))]);

    private ReadableEncoder()
    {
    }

    public override int MaxOutputCharactersPerInputCharacter => 2 * EscapeLength;

    private static bool WillEncodeAscii(int c) => c is < ' ' or '"' or '\\' or 0x7F;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar <= 0x7F ? WillEncodeAscii(unicodeScalar) : !Rune.IsValid(unicodeScalar) || Unseen.Is(new Rune(unicodeScalar));

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        for (var at = 0; ;)
        {
            var next = span[at..].IndexOfAny(Special);
            if (next < 0) return -1;
            at += next;
            if (Rune.DecodeFromUtf16(span[at..], out var rune, out var length) != OperationStatus.Done || WillEncode(rune.Value)) return at;
            at += length;
        }
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        for (var at = 0; ;)
        {
            var next = utf8Text[at..].IndexOfAny(SpecialBytes);
            if (next < 0) return -1;
            at += next;
            if (Rune.DecodeFromUtf8(utf8Text[at..], out var rune, out var length) != OperationStatus.Done || WillEncode(rune.Value)) return at;
            at += length;
        }
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var output = new Span<char>(buffer, bufferLength);
        numberOfCharactersWritten = 0;
        if (Short(unicodeScalar) is { } letter)
        {
            if (bufferLength < 2) return false;
            (output[0], output[1], numberOfCharactersWritten) = ('\\', letter, 2);
            return true;
        }

        Span<char> units = stackalloc char[2];
        var count = new Rune(unicodeScalar).EncodeToUtf16(units);
        if (!WillEncode(unicodeScalar)) return units[..count].TryCopyTo(output) && (numberOfCharactersWritten = count) > 0;
        if (bufferLength < count * EscapeLength) return false;
        for (var i = 0; i < count; i++)
            if (!output[(i * EscapeLength)..].TryWrite(CultureInfo.InvariantCulture, $"\\u{(int)units[i]:X4}", out _)) return false;
        numberOfCharactersWritten = count * EscapeLength;
        return true;
    }

    private static char? Short(int scalar) => scalar switch
    {
        '"' => '"',
        '\\' => '\\',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\b' => 'b',
        '\f' => 'f',
        _ => null,
    };
}
