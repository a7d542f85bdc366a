using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;

namespace KvLab.Nodes.Configuration;

/// <summary>
/// The raw values by name, from the environment and the command line (which wins), and typed reading that collects every problem
/// instead of stopping at the first.
/// </summary>
internal sealed class OptionValues : ISettingValues
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public OptionValues(IReadOnlyList<string> args, Func<string, string?> environment, IReadOnlyList<string> names, FieldErrors errors)
    {
        Errors = errors;
        foreach (var name in names)
            if (environment(name) is { Length: > 0 } value) _values[name] = value;

        // --WriteQuorum, --write-quorum and --WRITE_QUORUM all mean WRITE_QUORUM.
        var byPlainName = names.ToDictionary(Plain, name => name, StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            var equals = arg.IndexOf('=');
            var given = equals < 0 ? arg : arg[..equals];
            if (!given.StartsWith("--", StringComparison.Ordinal) || !byPlainName.TryGetValue(Plain(given), out var name))
                errors.Add(given, $"{given} is not known; the options are {string.Join(", ", names)}, each as an environment variable or as --Name=value.");
            else if (equals >= 0)
                _values[name] = arg[(equals + 1)..];
            else if (i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                _values[name] = args[++i];
            else
                errors.Add(name, $"{name} needs a value: {given}=value.");
        }
    }

    public FieldErrors Errors { get; }

    public string NameOf(string name) => name;

    public string? Text(string name) => _values.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } text ? text : null;

    /// <param name="why">Where the upper end comes from, when it is not always the same.</param>
    public int Int(string name, int fallback, int from, int to, string? why = null)
    {
        if (Text(name) is not { } text) return fallback;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= from && value <= to) return value;
        Errors.Add(name, $"{name} must be a whole number from {from} to {to}{(why is null ? "" : $" ({why})")}, but is \"{text}\".");
        return fallback;
    }

    public long Long(string name, long fallback)
    {
        if (Text(name) is not { } text) return fallback;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) return value;
        Errors.Add(name, $"{name} must be a whole number of 64 bits, but is \"{text}\".");
        return fallback;
    }

    public long Long(string name, long fallback, long from, long to)
    {
        var value = Long(name, fallback);
        Errors.Require(value >= from && value <= to, name, $"{name} must be a whole number from {from} to {to}, but is {value}.");
        return value;
    }

    public double Number(string name, double fallback)
    {
        if (Text(name) is not { } text) return fallback;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)) return value;
        Errors.Add(name, $"{name} must be a number, but is \"{text}\".");
        return fallback;
    }

    public bool Flag(string name, bool fallback)
    {
        if (Text(name) is not { } text) return fallback;
        if (bool.TryParse(text, out var value)) return value;
        Errors.Add(name, $"{name} must be true or false, but is \"{text}\".");
        return fallback;
    }

    /// <summary>One of an enum's names as they are written in JSON.</summary>
    public T Choice<T>(string name, T fallback) where T : struct, Enum
    {
        if (Text(name) is not { } text) return fallback;
        if (EnumNames.TryParse<T>(text, out var value)) return value;
        Errors.Add(name, $"{name} must be {EnumNames.ListOf<T>()}, but is \"{text}\".");
        return fallback;
    }

    public string? Url(string name)
    {
        if (Text(name) is not { } text) return null;
        if (NodeUrl.Normalize(text) is { } url) return url;
        Errors.Add(name, $"{name} must be an address such as http://127.0.0.1:5080, but is {NodeUrl.Quoted(text)}.");
        return null;
    }

    private static string Plain(string name) =>
        name.TrimStart('-').Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}
