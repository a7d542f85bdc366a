using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KvLab.Web.Csv;

/// <summary>
/// The one writer of every table that leaves the lab as CSV (RFC 4180): UTF-8 with a byte order mark, without which spreadsheets take it for another encoding;
/// numbers with a point, whatever the language of the machine; text that a spreadsheet would run as a formula made text by an apostrophe (OWASP, CSV injection).
/// </summary>
/// <param name="endOfLine">Only a checksum of old files has another one.</param>
public sealed partial class CsvWriter(TextWriter output, string endOfLine = "\r\n")
{
    public const string ContentType = "text/csv; charset=utf-8";

    /// <summary>With a byte order mark.</summary>
    public static readonly Encoding Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true);

    private const string ByteOrderMark = "\uFEFF";

    /// <summary>Fewer and larger pieces for whoever sends them.</summary>
    public static StreamWriter To(Stream stream) => new(stream, Encoding, bufferSize: 16_384, leaveOpen: true);

    /// <summary>A whole table as text, with its byte order mark as first character: for a file that a browser makes.</summary>
    public static string Text(Action<CsvWriter> write)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        text.Write(ByteOrderMark);
        write(new CsvWriter(text));
        return text.ToString();
    }

    /// <summary>The same as bytes.</summary>
    public static byte[] Bytes(Action<CsvWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = To(bytes)) write(new CsvWriter(writer));
        return bytes.ToArray();
    }

    /// <summary>Null and numbers that are none are empty cells.</summary>
    public CsvWriter Row(params ReadOnlySpan<object?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) output.Write(',');
            output.Write(Cell(cells[i]));
        }

        output.Write(endOfLine);
        return this;
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        string text => Quoted(Disarmed(text)),
        double number => double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "",
        bool flag => flag ? "true" : "false",
        DateTimeOffset at => at.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number when value.GetType().IsPrimitive => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quoted(Disarmed(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")),
    };

    /// <summary>A number stays one, with either sign: a spreadsheet reads it as a number, and there is nothing in it to run. What else begins like a formula is text.</summary>
    private static string Disarmed(string text)
    {
        var first = FirstSeen(text);
        return first < 0 || Formula.IndexOf(text[first], StringComparison.Ordinal) < 0 || Number().IsMatch(text) ? text : "'" + text;
    }

    /// <summary>Also in full width, which spreadsheets of East Asia read alike; a tab or a line end moves what follows into another cell.</summary>
    private const string Formula = "=+-@\t\r\n＝＋－＠";

    /// <summary>Programs that read a table drop blanks and invisible characters before they look what a cell is.</summary>
    private static int FirstSeen(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\t' or '\r' or '\n') return i;
            if (!char.IsWhiteSpace(text[i]) && char.GetUnicodeCategory(text[i]) is not (UnicodeCategory.Format or UnicodeCategory.Control)) return i;
        }

        return -1;
    }

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    [GeneratedRegex(@"\A[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Number();
}
