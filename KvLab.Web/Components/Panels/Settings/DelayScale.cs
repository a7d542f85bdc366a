namespace KvLab.Web.Components.Panels.Settings;

/// <summary>
/// The delay slider's scale: 0 at its left end, then 0.1 ms … 2,000 ms logarithmically, because a lab wants 0.5 ms and 1,800 ms under
/// the same thumb. Longer delays are typed.
/// </summary>
public static class DelayScale
{
    public const int Positions = 200;
    private const double FirstMs = 0.1;
    private const double LastMs = 2000;
    private static readonly double Decades = Math.Log10(LastMs / FirstMs);

    /// <param name="position">0 … <see cref="Positions"/>.</param>
    /// <returns>The delay there, rounded to two significant digits.</returns>
    public static double ToMs(int position)
    {
        if (position <= 0) return 0;
        var exact = FirstMs * Math.Pow(10, Decades * (Math.Min(position, Positions) - 1) / (Positions - 1));
        var unit = Math.Pow(10, Math.Floor(Math.Log10(exact)) - 1);
        return Math.Round(Math.Round(exact / unit) * unit, 3);
    }

    /// <summary>Where along the slider a delay lies, 0 … 1: for marks below it.</summary>
    public static double Share(double ms) => (double)ToPosition(ms) / Positions;

    /// <returns>The position nearest to a delay; delays beyond the scale sit at its end.</returns>
    public static int ToPosition(double ms)
    {
        if (ms <= 0) return 0;
        var position = 1 + Math.Log10(ms / FirstMs) / Decades * (Positions - 1);
        return (int)Math.Clamp(Math.Round(position), 1, Positions);
    }
}
