using KvLab.Web.Components.View;
using Microsoft.AspNetCore.WebUtilities;

namespace KvLab.Web.Components.Panels.Experiments;

/// <summary>Addresses of the experiment pages and of the files that belong to a run.</summary>
internal static class ExperimentAddress
{
    /// <param name="run">Null for the form of a new experiment.</param>
    /// <param name="compare">A second run, drawn beside the first.</param>
    public static string Page(ViewOptions view, string? run = null, string? compare = null) =>
        With(view, "experiments", ("run", run), ("compare", run is null ? null : compare));

    public static string Report(ViewOptions view, string run, string? second = null) =>
        With(view, $"experiments/{Uri.EscapeDataString(run)}/report", ("compare", second));

    public static string File(string run, string file) => $"api/experiments/{Uri.EscapeDataString(run)}{file}";

    public static string Comparison(string left, string right, string format) =>
        QueryHelpers.AddQueryString($"api/experiments/compare.{format}", new Dictionary<string, string?> { ["left"] = left, ["right"] = right });

    private static string With(ViewOptions view, string path, params (string Name, string? Value)[] parameters) =>
        path + parameters.Where(p => p.Value is not null).Aggregate(
            ViewQuery.Write(new ViewOptions { Theme = view.Theme, Projector = view.Projector }),
            (query, p) => QueryHelpers.AddQueryString(query, p.Name, p.Value!));
}
