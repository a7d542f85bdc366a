using System.Globalization;

namespace KvLab.Bench;

/// <summary>A verb's options, each as <c>--name value</c> or <c>--name=value</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">One is no option, or has no value.</exception>
    public Arguments(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal)) throw new ArgumentException($"\"{args[i]}\" is no option; options look like --name value.");
            var (name, value) = args[i][2..].Split('=', 2) is [var left, var right] ? (left, right)
                : i + 1 < args.Count ? (args[i][2..], args[++i])
                : throw new ArgumentException($"{args[i]} has no value.");
            _values[name] = value;
        }
    }

    public string Text(string name, string standard) => Find(name) ?? standard;

    public string? Find(string name)
    {
        _asked.Add(name);
        return _values.GetValueOrDefault(name);
    }

    /// <exception cref="ArgumentException">It is no whole number in the range.</exception>
    public int Int(string name, int standard, int least, int most) =>
        Find(name) is not { } text ? standard
        : int.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most ? value
        : throw new ArgumentException($"--{name} must be a whole number from {least} to {most}, but is \"{text}\".");

    /// <summary>Whole numbers ≥ 1 with commas in between.</summary>
    /// <exception cref="ArgumentException">One of them is none.</exception>
    public int[] Ints(string name, params int[] standard) =>
        Find(name) is not { } text ? standard : [.. text.Split(',').Select(part =>
            int.TryParse(part, CultureInfo.InvariantCulture, out var value) && value >= 1 ? value
            : throw new ArgumentException($"--{name} must be whole numbers above 0 with commas in between, but is \"{text}\"."))];

    /// <exception cref="ArgumentException">It is none of <paramref name="allowed"/>, of which the first is the default.</exception>
    public string OneOf(string name, params string[] allowed) =>
        Find(name) is not { } text ? allowed[0]
        : allowed.Contains(text) ? text
        : throw new ArgumentException($"--{name} must be one of {string.Join(", ", allowed)}, but is \"{text}\".");

    /// <summary>To be called when all options were asked for.</summary>
    /// <exception cref="ArgumentException">There is one that nobody asked for.</exception>
    public void RefuseOthers()
    {
        if (_values.Keys.FirstOrDefault(name => !_asked.Contains(name)) is { } other)
            throw new ArgumentException($"--{other} is not known here; there are {string.Join(", ", _asked.Select(n => "--" + n))}.");
    }
}
