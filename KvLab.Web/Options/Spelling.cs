using KvLab.Core.Configuration;
using KvLab.Core.Wire;

namespace KvLab.Web.Options;

/// <summary>
/// A name that is nearly one of the dashboard's, or stands in one of its sections and means nothing there, would be dropped without a
/// word; so it stops the start. Sections are ours alone, so everything in them must be known. Outside of them other programs have names
/// too, so only what is nearly one of ours is taken for it.
/// </summary>
internal static class Spelling
{
    private const string StorageOf = "StorageOf";

    /// <summary>Where experiments lie, and how names of this program's own begin.</summary>
    public const string Data = "KVLAB_DATA";
    private const string Own = "KVLAB_";

    /// <summary>Every section that the dashboard reads, with the names in it.</summary>
    public static readonly IReadOnlyList<(string Section, IReadOnlyList<string> Names)> Sections =
        [("Cluster", ClusterOptions.Names), ("Lab", [.. AccessOptions.Names, .. LessonOptions.Names]), ("Storage", StorageServers.Names), ("Recording", RecordingOptions.Names)];

    /// <summary>The web server's and the host's own, with names for what the framework alone understands.</summary>
    private static readonly string[] FrameworkSections = ["Logging", "Kestrel"];

    // AllowedHosts is the web server's name for what nodes call ALLOWED_HOSTS.
    private static readonly string[] Known =
        [.. EnvironmentNames.All, "AllowedHosts", Data, .. Sections.SelectMany(s => s.Names.Select(name => $"{s.Section}:{name}"))];

    public static bool IsSection(string name) => IsOneOf(name, Sections.Select(s => s.Section)) || IsOneOf(name, FrameworkSections);

    public static void Check(IConfiguration configuration, FieldErrors errors)
    {
        foreach (var (section, names) in Sections) CheckSection(configuration.GetSection(section), names, errors);
        foreach (var child in configuration.GetChildren().Where(c => !IsSection(c.Key)))
        {
            // Also a section whose name is shorter than what is compared letter by letter.
            var isNearly = child.Key.StartsWith("Clu", StringComparison.OrdinalIgnoreCase);
            if (isNearly && child.GetChildren().Any(c => IsOneOf(c.Key, ClusterOptions.Names)))
                errors.Add(child.Key, $"{child.Key} is not known. Did you mean Cluster?");
            else
                CheckForeign(child, errors);
        }
    }

    /// <summary>Names like the program's own that mean nothing: those of its tests and benches, and what somebody thought there was.</summary>
    public static IEnumerable<string> Ignored(IConfiguration configuration) =>
        from child in configuration.GetChildren()
        where child.Key.StartsWith(Own, StringComparison.OrdinalIgnoreCase) && !IsOneOf(child.Key, [Data]) && !string.IsNullOrEmpty(child.Value)
        select child.Key;

    /// <summary>Null where it is known, or like no known name.</summary>
    public static string? Meant(string name) =>
        Misspelt.Meant(name, Known) is not { } meant ? null
        : meant.Contains(':') ? $"{meant} (in the environment {meant.Replace(":", "__", StringComparison.Ordinal)})"
        : meant;

    /// <summary>What somebody typed, as an error repeats it.</summary>
    public static string Shown(string text) => Unseen.Shown(ErrorText.Short(text));

    public static bool IsOneOf(string name, IEnumerable<string> names) => names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static void CheckSection(IConfigurationSection section, IReadOnlyList<string> names, FieldErrors errors)
    {
        foreach (var child in section.GetChildren())
        {
            if (!IsOneOf(child.Key, names))
                errors.Add(child.Path, $"{child.Path} is not known; the known ones are {string.Join(", ", names)}.");
            else if (!IsOneOf(child.Key, [StorageOf]))
                foreach (var below in child.GetChildren()) errors.Add(below.Path, $"{below.Path} is not known; {child.Path} has nothing below it.");
            else if (!string.IsNullOrEmpty(child.Value))
                errors.Add(child.Path, $"{child.Path} needs a node's name: {child.Path}:follower-1. "
                    + "To set all nodes, use Cluster:Storage.");
        }
    }

    private static void CheckForeign(IConfigurationSection child, FieldErrors errors)
    {
        foreach (var name in Leaves(child).Select(FirstTwo).Distinct(StringComparer.OrdinalIgnoreCase))
            if (Meant(name) is { } meant) errors.Add(name, $"{name} is not known. Did you mean {meant}?");
        if (IsOneOf(child.Key, ["FOLLOWERS"]) && int.TryParse(child.Value, out _))
            errors.Add("FOLLOWERS", "FOLLOWERS is a leader's list of addresses; "
                + "how many followers this lab starts is Cluster:Followers (in the environment Cluster__Followers).");
    }

    /// <summary>No name of ours is longer than a section and a name in it; what follows is a node.</summary>
    private static string FirstTwo(string path) => string.Join(':', path.Split(':').Take(2));

    private static IEnumerable<string> Leaves(IConfigurationSection section) =>
        (string.IsNullOrEmpty(section.Value) ? [] : (string[])[section.Path]).Concat(section.GetChildren().SelectMany(Leaves));
}
