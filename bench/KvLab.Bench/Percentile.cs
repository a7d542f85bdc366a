namespace KvLab.Bench;

/// <summary>The value below which a share of a round's values lie.</summary>
internal static class Percentile
{
    public static double P50(IReadOnlyCollection<double> values) => Of(values, 0.5);

    public static double P95(IReadOnlyCollection<double> values) => Of(values, 0.95);

    private static double Of(IReadOnlyCollection<double> values, double share) => values.Order().ElementAt((int)(share * (values.Count - 1)));
}
