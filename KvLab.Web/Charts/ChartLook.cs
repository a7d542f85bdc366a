using Plotly.Blazor;
using Plotly.Blazor.LayoutLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;
using Plotly.Blazor.Traces.ScatterLib.LineLib;
using Plotly.Blazor.Traces.ScatterLib.MarkerLib;
using Line = Plotly.Blazor.Traces.ScatterLib.Line;

namespace KvLab.Web.Charts;

/// <summary>
/// How charts look: the page's colours, no animation, nothing that moves at rest. Series differ by colour and by symbol or dash.
/// </summary>
public sealed record ChartLook(bool Dark, double FontSize)
{
    // Okabe–Ito without its yellow, which no white wall can show; on dark paper lighter forms of the same hues.
    private static readonly string[] OnLight = ["#0072b2", "#c45500", "#00856a", "#a8497f", "#1f8dc4", "#8a6a00", "#3c4a58"];
    private static readonly string[] OnDark = ["#6cb8f2", "#ff9a66", "#4fcfa9", "#e9a2c8", "#9ad4f5", "#f0b840", "#c3ced9"];
    private static readonly string[] Dashes = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];

    private string Text => Dark ? "#c3ced9" : "#3c4a58";
    private string Grid => Dark ? "#26343f" : "#e1e6eb";

    public string Color(int index) => (Dark ? OnDark : OnLight)[index % OnLight.Length];

    public Config Config { get; } = new()
    {
        DisplayLogo = false,
        DisplayModeBar = Plotly.Blazor.ConfigLib.DisplayModeBarEnum.False,
        Responsive = true,
        ShowTips = false,
    };

    /// <param name="revision">Stays the same for as long as a reader's zoom is to be kept.</param>
    public Layout Layout(string x, string y, string revision) => new()
    {
        UiRevision = revision,
        AutoSize = true,
        HoverMode = HoverModeEnum.Closest,
        ShowLegend = true,
        PaperBgColor = "rgba(0,0,0,0)",
        PlotBgColor = "rgba(0,0,0,0)",
        Font = new Font { Family = "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', system-ui, sans-serif", Size = (decimal)FontSize, Color = Text },
        Margin = new Margin { L = (decimal)(FontSize * 4.2), R = 10, T = 6, B = (decimal)(FontSize * 3.2), AutoExpand = true },
        Legend =
        [
            new Legend
            {
                Orientation = Plotly.Blazor.LayoutLib.LegendLib.OrientationEnum.H,
                X = 0,
                Y = 1,
                YAnchor = Plotly.Blazor.LayoutLib.LegendLib.YAnchorEnum.Bottom,
                BgColor = "rgba(0,0,0,0)",
            },
        ],
        XAxis =
        [
            new XAxis
            {
                Title = new Plotly.Blazor.LayoutLib.XAxisLib.Title { Text = x, Standoff = 6 },
                GridColor = Grid, LineColor = Grid, ZeroLine = false, TickFormat = "~f", AutoMargin = Plotly.Blazor.LayoutLib.XAxisLib.AutoMarginFlag.True,
            },
        ],
        YAxis =
        [
            new YAxis
            {
                Title = new Plotly.Blazor.LayoutLib.YAxisLib.Title { Text = y, Standoff = 6 },
                GridColor = Grid, LineColor = Grid, ZeroLine = false, RangeMode = Plotly.Blazor.LayoutLib.YAxisLib.RangeModeEnum.ToZero,
            },
        ],
    };

    /// <summary>Points need no order: answers come in another order than versions, and a line would run to and fro.</summary>
    public Scatter Points(string name, int color, SymbolEnum symbol, LatencySeries.Line line) => new()
    {
        Name = name,
        Mode = ModeFlag.Markers,
        X = [.. line.X],
        Y = [.. line.Y],
        Marker = new Marker { Color = Color(color), Symbol = symbol, Size = (decimal)(FontSize * 0.5), Opacity = 0.85m },
    };

    /// <summary>A line of steps: a value holds until the next one is known.</summary>
    public Scatter Steps(string name, int color, int dash, double width, LatencySeries.Line line) => new()
    {
        Name = name,
        Mode = ModeFlag.Lines,
        X = [.. line.X],
        Y = [.. line.Y],
        Line = new Line { Color = Color(color), Dash = Dashes[dash % Dashes.Length], Shape = ShapeEnum.Hv, Width = (decimal)width, Simplify = false },
    };
}
