using System.Globalization;
using System.Text;

namespace KvLab.Web.Charts;

/// <summary>A chart's numbers as rows: what its table shows and its CSV holds.</summary>
/// <param name="Columns">Names with their units.</param>
public sealed record SeriesTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public static string Number(double? value) => value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "";

    /// <summary>After RFC 4180. The cells are numbers and node ids, which need no quotes.</summary>
    public string ToCsv()
    {
        var csv = new StringBuilder();
        csv.AppendJoin(',', Columns).Append("\r\n");
        foreach (var row in Rows) csv.AppendJoin(',', row).Append("\r\n");
        return csv.ToString();
    }
}
