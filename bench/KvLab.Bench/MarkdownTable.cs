namespace KvLab.Bench;

/// <summary>Rows as they go into a document, aligned for people who look at the terminal.</summary>
internal sealed class MarkdownTable(params IReadOnlyList<string> columns)
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    public void Add(params IReadOnlyList<string> cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = columns.Select((name, i) => _rows.Select(r => r[i].Length).Append(name.Length).Max()).ToArray();
        var lines = new List<string> { Line(columns), "|" + string.Concat(widths.Select(w => new string('-', w + 1) + ":|")) };
        lines.AddRange(_rows.Select(Line));
        return string.Join('\n', lines);

        string Line(IReadOnlyList<string> cells) => "| " + string.Join(" | ", cells.Select((cell, i) => cell.PadLeft(widths[i]))) + " |";
    }
}
