using KvLab.Core.Configuration;

namespace KvLab.Web.Options;

/// <summary>
/// The command line is this program's alone, so everything on it must be known. The framework drops what it does not understand (a word
/// without <c>--</c>, an option without a value), and takes any name for a setting.
/// </summary>
internal static class CommandLine
{
    /// <summary>First words, each with a command line of its own.</summary>
    public static readonly IReadOnlyList<string> Commands = ["experiment", "scenario", "chaos", "recording", "simulate", "lesson"];

    public static readonly string Usage = $"""
        usage: [{string.Join(" | ", Commands)}] [--NAME VALUE …]
        Without a command the lab starts. Its options: --urls ADDRESS --{Spelling.Data} FOLDER
        {string.Join("\n", Spelling.Sections.Select(s => string.Join(' ', s.Names.Select(name => $"--{s.Section}:{name}"))))}
        README, Settings at start, says what they mean.
        """;

    /// <summary>What host and web server read; nobody else does.</summary>
    private static readonly string[] OfTheFramework =
    [
        "urls", "http_ports", "https_ports", "environment", "contentRoot", "webroot", "applicationName", "detailedErrors",
        "captureStartupErrors", "shutdownTimeoutSeconds", "hostingStartupAssemblies", "hostingStartupExcludeAssemblies",
        "preventHostingStartup", "suppressStatusMessages", "preferHostingUrls", "startupAssembly", "AllowedHosts",
        "hostBuilder:reloadConfigOnChange",
    ];

    /// <returns>Null when the first word is a command or an option, or there is none.</returns>
    public static string? UnknownCommand(IReadOnlyList<string> args) =>
        args.Count > 0 && IsWord(args[0]) && !Commands.Contains(args[0]) ? Stray(args[0]) : null;

    /// <param name="known">What is said about these names already.</param>
    public static void Check(IReadOnlyList<string> args, IReadOnlyList<FieldError> known, FieldErrors errors)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (IsWord(arg))
            {
                errors.Add(arg, Stray(arg));
                continue;
            }

            var equals = arg.IndexOf('=');
            var name = (equals < 0 ? arg : arg[..equals]).TrimStart('/');
            if (name.StartsWith('-') && !name.StartsWith("--", StringComparison.Ordinal))
                errors.Add(arg, $"{Spelling.Shown(name)} is not known; options begin with two hyphens, such as --urls.");
            else if (equals < 0 && (i + 1 == args.Count || args[i + 1].StartsWith("--", StringComparison.Ordinal)))
                errors.Add(name, $"{Spelling.Shown(name)} needs a value: {Spelling.Shown(name)}=value.");
            else
                CheckName(name.TrimStart('-'), known, errors);
            if (equals < 0 && i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal)) i++;
        }
    }

    private static void CheckName(string name, IReadOnlyList<FieldError> known, FieldErrors errors)
    {
        var section = name.Split(':')[0];
        var isSaid = known.Concat(errors.All).Any(e => name.StartsWith(e.Field, StringComparison.OrdinalIgnoreCase));
        var isKnown = Spelling.IsOneOf(name, [.. OfTheFramework, Spelling.Data, .. EnvironmentNames.All]) || (name.Contains(':') && Spelling.IsSection(section));
        // In the environment they are set for many reasons; here somebody means this program.
        if (Spelling.IsOneOf(name, EnvironmentNames.OfAnyProgram))
            errors.Add(name, $"{name} is a node's option; the address of this dashboard is --urls {ListenOptions.DefaultUrl}, "
                + "and the nodes' first port is Cluster:BasePort.");
        else if (!isKnown && !isSaid)
            errors.Add(name, $"{Spelling.Shown(name)} is not known; options are --urls, --{Spelling.Data}, "
                + $"{string.Join(", ", Spelling.Sections.Select(s => $"--{s.Section}:…"))} and those of the web server (README, Settings at start).");
    }

    private static bool IsWord(string arg) => !arg.StartsWith('-') && !arg.StartsWith('/') && !arg.Contains('=');

    private static string Stray(string word) =>
        $"{Spelling.Shown(word)} is neither a command nor the value of an option. "
        + $"The commands are {NameList.And(Commands)}, as the first word; without a command the lab starts.";
}
