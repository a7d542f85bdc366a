namespace KvLab.Web.Charts.Figures;

/// <summary>
/// A chart as data, before anybody draws it. The same figure becomes a Plotly chart on the page, an SVG in a report, and a table and CSV anywhere,
/// so that they cannot disagree.
/// </summary>
/// <param name="Id">Stable; file names and test ids are made of it.</param>
/// <param name="Caption">One sentence that says how to read it.</param>
public sealed record Figure(string Id, string Title, string Caption, Axis X, Axis Y, IReadOnlyList<FigureSeries> Series)
{
    public bool IsEmpty => Series.All(s => s.X.Count == 0);

    /// <summary>One row per point of each series.</summary>
    public SeriesTable ToTable() => new(Title,
        ["series", X.Title, Y.Title, .. HasBand ? [$"{Y.Title}, upper end"] : Array.Empty<string>()],
        [.. Series.SelectMany(s => Enumerable.Range(0, s.X.Count).Select(i => (IReadOnlyList<string>)
            [s.Name, X.Name(s.X[i]), SeriesTable.Number(s.Y[i]), .. HasBand ? [s.Upper is null ? "" : SeriesTable.Number(s.Upper[i])] : Array.Empty<string>()]))]);

    private bool HasBand => Series.Any(s => s.Upper is not null);
}

/// <param name="Title">With its unit.</param>
/// <param name="Categories">Where the axis counts things instead of measuring: names of 0, 1, 2 …</param>
/// <param name="FromZero">Whether 0 belongs to the axis even when no value is near it.</param>
/// <param name="Whole">Whether only whole numbers make sense; without 0, each has its place with as much room to both sides.</param>
/// <param name="Max">Where the axis ends by its nature, such as 1 for a share; null where the values decide.</param>
public sealed record Axis(string Title, IReadOnlyList<string>? Categories = null, bool FromZero = true, bool Whole = false, double? Max = null)
{
    /// <summary>Half of the place that a whole number has on such an axis.</summary>
    public const double Room = 0.5;

    public string Name(double value) => Categories is null ? SeriesTable.Number(value) : Categories[(int)value];
}

public enum Mark
{
    Line,
    /// <summary>A line that keeps its value until the next point.</summary>
    Steps,
    Points,
    LineAndPoints,
    Bars,
    /// <summary>The area between Y and Upper.</summary>
    Band,
}

/// <param name="Y">NaN leaves a gap.</param>
/// <param name="Colour">Index into <see cref="Palette"/>.</param>
/// <param name="Upper">Upper ends, for a band only.</param>
/// <param name="InLegend">False where the caption says what it is, beside a series of the same colour.</param>
public sealed record FigureSeries(
    string Name, Mark Mark, IReadOnlyList<double> X, IReadOnlyList<double> Y, int Colour, bool Dashed = false, IReadOnlyList<double>? Upper = null,
    bool InLegend = true)
{
    // A band over one point has no width of its own; this much of an X unit to each side makes it visible.
    private const double LoneBandHalfWidth = 0.12;

    /// <summary>The closed outline of a band: along its upper ends and back along its lower ones.</summary>
    public IReadOnlyList<(double X, double Y)> BandOutline() => (X, Upper) switch
    {
        (_, null) or ({ Count: 0 }, _) => [],
        ({ Count: 1 }, _) => [(X[0] - LoneBandHalfWidth, Upper[0]), (X[0] + LoneBandHalfWidth, Upper[0]), (X[0] + LoneBandHalfWidth, Y[0]), (X[0] - LoneBandHalfWidth, Y[0])],
        _ => [.. X.Zip(Upper), .. X.Zip(Y).Reverse()],
    };
}

/// <summary>Okabe and Ito's colours, which people with any kind of colour vision tell apart; black comes first.</summary>
public static class Palette
{
    public static readonly IReadOnlyList<string> Colours =
        ["#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C8C00"];

    /// <summary>The same order for dark backgrounds: black becomes white, blue is lightened.</summary>
    public static readonly IReadOnlyList<string> OnDark =
        ["#F2F2F2", "#4FA8DC", "#F0803C", "#2FC79B", "#E29CC4", "#F0B83C", "#8CCBF2", "#D6D64A"];

    public static string Of(int colour, bool dark = false) => (dark ? OnDark : Colours)[colour % Colours.Count];
}
