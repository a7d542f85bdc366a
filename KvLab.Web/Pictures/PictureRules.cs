using KvLab.Core.Configuration;

namespace KvLab.Web.Pictures;

/// <summary>What a picture may be. A report holds several and is still one file that can be sent.</summary>
internal static class PictureRules
{
    public const int LargestPng = 2_000_000;
    public const int LongestCaption = 500;
    public const int LongestLink = 2_000;
    public const int LongestCell = 200;
    /// <summary>A text as a cell may have it.</summary>
    public static string Cell(string text) => ErrorText.Short(text, LongestCell);

    public const int MostColumns = 12;
    public const int MostRows = 100;

    private static ReadOnlySpan<byte> PngBegins => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static IReadOnlyList<FieldError> Check(string caption, string? link, ReadOnlySpan<byte> png)
    {
        var errors = new FieldErrors();
        if (string.IsNullOrWhiteSpace(caption)) errors.Add("caption", "caption is missing.");
        if (caption.Length > LongestCaption) errors.Add("caption", $"caption must have at most {LongestCaption} characters, but has {caption.Length}.");
        // A report is opened elsewhere: whatever stands behind a link there must be a page.
        if (link is not null && (link.Length > LongestLink || !Uri.TryCreate(link, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")))
            errors.Add("link", $"link must be a whole address that begins with http:// or https://, of at most {LongestLink} characters.");
        if (png.Length > LargestPng) errors.Add("body", $"The picture must have at most {LargestPng} bytes.");
        else if (!png.StartsWith(PngBegins)) errors.Add("body", "The picture is not a PNG file.");
        return errors.All;
    }

    public static IReadOnlyList<FieldError> Check(PictureTable table)
    {
        var errors = new FieldErrors();
        if (table.Columns.Count > MostColumns) errors.Add("columns", $"columns must have at most {MostColumns} entries, but has {table.Columns.Count}.");
        if (table.Rows.Count > MostRows) errors.Add("rows", $"rows must have at most {MostRows} entries, but has {table.Rows.Count}.");
        if (table.Rows.Any(r => r.Count != table.Columns.Count)) errors.Add("rows", "rows must have a cell for each of columns.");
        if (table.Columns.Concat(table.Rows.SelectMany(r => r)).Any(c => c.Length > LongestCell)) errors.Add("rows", $"columns and cells must have at most {LongestCell} characters each.");
        return errors.All;
    }
}
