using System.Globalization;
using System.Text;

namespace KvLab.Web.Charts;

/// <summary>A chart's numbers as rows: what its table shows and its CSV holds.</summary>
/// <param name="Columns">Names with their units.</param>
public sealed record SeriesTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public static string Number(double? value) => value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "";

    /// <summary>After RFC 4180.</summary>
    public string ToCsv()
    {
        var csv = new StringBuilder();
        csv.AppendJoin(',', Columns.Select(Quoted)).Append("\r\n");
        foreach (var row in Rows) csv.AppendJoin(',', row.Select(Quoted)).Append("\r\n");
        return csv.ToString();
    }

    // Names of series have commas of their own, as in "W=1, naive".
    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"")}\"";
}
