namespace KvLab.Web.Reports;

/// <summary>What <see cref="MarkdownHtml"/> writes where pages differ.</summary>
/// <param name="Heading">The tag of every heading.</param>
/// <param name="List">Attributes of every list, with a blank before them.</param>
public sealed record MarkdownLook(string Heading, string List)
{
    /// <summary>Below the report's own headings.</summary>
    public static readonly MarkdownLook Report = new("h4", "");

    /// <summary>Below the title of a panel, whose page takes the marks of lists away.</summary>
    public static readonly MarkdownLook Page = new("h3", " class=\"kv-bullets\"");
}
