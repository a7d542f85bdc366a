using System.Globalization;

namespace KvLab.Core.Configuration;

/// <summary>
/// How many files and connections this process may have open. At the limit the runtime cannot even load what it would need to say so, so it is looked at before anything else.
/// </summary>
public static class OpenFiles
{
    private const string Limits = "/proc/self/limits";

    /// <returns>A sentence when the limit is below what is needed; null when it is not, or nobody knows.</returns>
    public static string? TooFew(string who, int needed) =>
        File.Exists(Limits) ? TooFew(who, needed, File.ReadAllText(Limits)) : null;

    /// <param name="limits">proc_pid_limits(5): <c>Max open files   1024   524288   files</c>, soft and hard.</param>
    public static string? TooFew(string who, int needed, string limits)
    {
        const string name = "Max open files";
        var line = limits.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
        var soft = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var allowed) && allowed < needed
            ? $"{who} cannot start: this shell allows {allowed} open files, and at least {needed} are needed. Raise the limit here: ulimit -n 4096"
            : null;
    }
}
