using System.Globalization;

namespace KvLab.Web.Charts.Figures;

/// <summary>Maps values to pixels, and finds round numbers for the ticks (1, 2 or 5 times a power of ten).</summary>
internal sealed class FigureScale
{
    private readonly double _fromPixel, _toPixel;

    public FigureScale(Axis axis, IReadOnlyCollection<double> values, double fromPixel, double toPixel, double padding)
    {
        (_fromPixel, _toPixel) = (fromPixel, toPixel);
        var finite = values.Where(double.IsFinite).ToList();
        var (low, high) = finite.Count == 0 ? (0, 1) : (finite.Min(), finite.Max());
        if (axis.Categories is { } names)
        {
            (Low, High, Step) = (-0.5, names.Count - 0.5, 1);
            Ticks = [.. Enumerable.Range(0, names.Count).Select(i => (double)i)];
            return;
        }

        if (axis is { Whole: true, FromZero: false })
        {
            (Low, High, Step) = (low - Axis.Room, high + Axis.Room, Math.Max(1, Charts.Ticks.Step((high - low) / 12, whole: true)));
            Ticks = [.. Enumerable.Range(0, (int)((high - low) / Step) + 1).Select(i => low + i * Step)];
            return;
        }

        if (axis.FromZero) (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        if (high <= low) high = low + 1;
        Step = Charts.Ticks.Step((high - low) / 6, axis.Whole);
        Low = axis.FromZero && low >= 0 ? 0 : Math.Floor((low - padding * (high - low)) / Step) * Step;
        High = axis.Max ?? (padding > 0 ? Math.Ceiling((high + padding * (high - low)) / Step) * Step : high);
        var ticks = new List<double>();
        for (var tick = Math.Ceiling(Low / Step) * Step; tick <= High + Step * 1e-9; tick += Step) ticks.Add(Math.Round(tick, 10));
        Ticks = ticks;
    }

    public double Low { get; }
    public double High { get; }
    public double Step { get; }
    public IReadOnlyList<double> Ticks { get; }

    public double Pixel(double value) => _fromPixel + (value - Low) / (High - Low) * (_toPixel - _fromPixel);

    public string Label(Axis axis, double tick) => axis.Categories is null
        ? tick.ToString(Step < 1 ? "0.##########" : "#,0.##", CultureInfo.InvariantCulture)
        : axis.Categories[(int)tick];
}
