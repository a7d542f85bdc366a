using System.Globalization;
using KvLab.Web.Csv;

namespace KvLab.Web.Charts;

/// <summary>A chart's numbers as rows: what its table shows and its CSV holds.</summary>
/// <param name="Columns">Names with their units.</param>
public sealed record SeriesTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public static string Number(double? value) => value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "";

    public string ToCsv() => CsvWriter.Text(csv =>
    {
        csv.Row([.. Columns]);
        foreach (var row in Rows) csv.Row([.. row]);
    });
}
