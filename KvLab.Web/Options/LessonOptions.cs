using System.Collections.Immutable;
using KvLab.Core.Configuration;

namespace KvLab.Web.Options;

/// <summary>A teacher's own lessons, and what they may do to the live cluster, under <c>Lab:</c> in the configuration.</summary>
public sealed record LessonOptions
{
    /// <summary>Nodes killed, stopped, frozen and started, and failovers.</summary>
    public const string Kill = "kill";

    /// <summary>Faults of links and partitions.</summary>
    public const string Links = "links";

    public static readonly ImmutableArray<string> Powers = [Kill, Links];

    /// <summary><c>Lab:Lessons</c>: a folder of lessons; null: there is none.</summary>
    public string? Folder { get; init; }

    /// <summary><c>Lab:LessonsMay</c>: what lessons of that folder may do on the nodes, if they say so in their head. In the simulator they may do everything.</summary>
    public IReadOnlyList<string> May { get; init; } = [];

    /// <summary>Under <c>Lab:</c>.</summary>
    internal static readonly IReadOnlyList<string> Names = ["Lessons", "LessonsMay"];

    public static LessonOptions Read(IConfiguration configuration, FieldErrors errors)
    {
        string[] may = [.. (configuration["Lab:LessonsMay"] ?? "").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(p => p.ToLowerInvariant())];
        foreach (var unknown in may.Where(p => !Powers.Contains(p)))
            errors.Add("Lab:LessonsMay", $"Lab:LessonsMay must list some of {string.Join(", ", Powers)}, but holds \"{Spelling.Shown(unknown)}\".");
        var folder = configuration["Lab:Lessons"] is { Length: > 0 } path ? Path.GetFullPath(path) : null;
        errors.Require(folder is null || Directory.Exists(folder), "Lab:Lessons", $"Lab:Lessons must be a folder that exists, but is \"{Spelling.Shown(folder ?? "")}\".");
        return new LessonOptions { Folder = folder, May = may };
    }
}
