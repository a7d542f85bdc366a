namespace KvLab.Web.Charts;

/// <summary>Round distances between ticks: 1, 2 or 5 times a power of ten.</summary>
public static class Ticks
{
    /// <summary>About so many ticks can be read on an axis.</summary>
    private const int About = 6;

    /// <summary>For what is counted: never less than 1, because a label of 0.2 would be rounded to one that stands there already.</summary>
    /// <param name="most">The largest count, from 0 on.</param>
    public static double WholeStep(double most) => Step(most / About, whole: true);

    public static double Step(double rough, bool whole)
    {
        if (!(rough > 0) || !double.IsFinite(rough)) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
        return whole ? Math.Max(1, Math.Round(step)) : step;
    }
}
