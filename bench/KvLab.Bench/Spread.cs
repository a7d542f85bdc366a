namespace KvLab.Bench;

/// <summary>What several rounds came to: few enough that their range says more than a deviation would.</summary>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new(median, sorted[0], sorted[^1]);
    }

    /// <param name="format">A numeric format, such as <c>0.00</c>.</param>
    public string Text(string format) => $"{Median.ToString(format)} ({Least.ToString(format)} … {Most.ToString(format)})";
}
