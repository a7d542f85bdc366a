using System.Globalization;
using KvLab.Bench.Load;

namespace KvLab.Bench.Verbs;

/// <summary>Figures of systems by round, kept in a file of commas that grows.</summary>
internal sealed class CompareRows
{
    private const string Head = "round,system,clients,writes_per_second,mean_ms,p50_ms,p99_ms,short,failed,load_cpu_us,others_percent";

    private readonly string _path;
    private readonly List<Row> _rows;
    private int _round;

    private CompareRows(string path, List<Row> rows)
    {
        (_path, _rows) = (path, rows);
        _round = rows.Select(r => r.Round).DefaultIfEmpty(0).Max();
    }

    public static CompareRows Open(string path)
    {
        if (!File.Exists(path)) File.WriteAllText(path, Head + "\n");
        return new CompareRows(path, [.. File.ReadLines(path).Skip(1).Select(Row.Parse)]);
    }

    public void BeginRound() => _round++;

    public void Add(string system, LoadResult r)
    {
        var row = new Row(_round, system, r.Clients, r.WritesPerSecond, r.MeanMs, r.PercentileMs(0.5), r.PercentileMs(0.99), r.Short, r.Failed, r.OwnCpuMicros, r.OthersPercent);
        _rows.Add(row);
        File.AppendAllText(_path, row.Line + "\n");
        Console.WriteLine(row.Line);
    }

    /// <summary>Medians over the rounds with their range; the first system is compared with each.</summary>
    public MarkdownTable Table()
    {
        var table = new MarkdownTable("clients", "system", "writes/s", "p50 ms", "p99 ms", "short or failed", "CPU µs load", "CPU % others", "KvLab ÷ it");
        foreach (var clients in _rows.GroupBy(r => r.Clients).OrderBy(g => g.Key))
        {
            var measured = clients.Where(r => r.System == _rows[0].System).ToDictionary(r => r.Round, r => r.WritesPerSecond);
            foreach (var system in clients.GroupBy(r => r.System))
            {
                var ratios = system.Where(r => measured.ContainsKey(r.Round)).Select(r => measured[r.Round] / r.WritesPerSecond).ToList();
                table.Add($"{clients.Key}", system.Key, Spread.Of(system.Select(r => r.WritesPerSecond)).Text("0"), Spread.Of(system.Select(r => r.P50Ms)).Text("0.00"),
                    Spread.Of(system.Select(r => r.P99Ms)).Text("0.00"), $"{system.Sum(r => r.Short + r.Failed)}", Spread.Of(system.Select(r => r.LoadMicros)).Text("0"), Spread.Of(system.Select(r => r.OthersPercent)).Text("0"),
                    system.Key == _rows[0].System || ratios.Count == 0 ? "" : Spread.Of(ratios).Text("0.00"));
            }
        }

        return table;
    }

    private sealed record Row(
        int Round, string System, int Clients, double WritesPerSecond, double MeanMs, double P50Ms, double P99Ms, int Short, int Failed, double LoadMicros, double OthersPercent)
    {
        public string Line => string.Create(CultureInfo.InvariantCulture,
            $"{Round},{System},{Clients},{WritesPerSecond:0.0},{MeanMs:0.0000},{P50Ms:0.0000},{P99Ms:0.0000},{Short},{Failed},{LoadMicros:0.0},{OthersPercent:0.0}");

        public static Row Parse(string line)
        {
            var cells = line.Split(',');
            return new(Int(0), cells[1], Int(2), Number(3), Number(4), Number(5), Number(6), Int(7), Int(8), Number(9), Number(10));

            int Int(int i) => int.Parse(cells[i], CultureInfo.InvariantCulture);
            double Number(int i) => double.Parse(cells[i], CultureInfo.InvariantCulture);
        }
    }
}
