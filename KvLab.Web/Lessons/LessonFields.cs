using System.Globalization;

namespace KvLab.Web.Lessons;

/// <summary>Lines <c>name: text</c>, each of which may go on in indented lines. What is wrong is added to the errors, with its line.</summary>
internal sealed class LessonFields
{
    private readonly Dictionary<string, (int Line, string Text)> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<LessonError> _errors;
    private readonly int _line;

    /// <param name="from">Index of the first line.</param>
    /// <param name="to">Of the line after the last.</param>
    public LessonFields(string[] lines, int from, int to, List<LessonError> errors)
    {
        (_errors, _line) = (errors, from);
        string? last = null;
        for (var i = from; i < to; i++)
        {
            var line = lines[i];
            if (line.Trim().Length == 0) continue;
            if (char.IsWhiteSpace(line[0]) && last is not null)
            {
                _fields[last] = (_fields[last].Line, $"{_fields[last].Text} {line.Trim()}");
                continue;
            }

            var parts = line.Split(':', 2);
            last = parts[0].Trim();
            if (parts.Length < 2 || last.Length == 0 || !last.All(char.IsAsciiLetter)) errors.Add(LessonParser.At(i + 1, "a field is name: text"));
            if (!_fields.TryAdd(last, (i + 1, parts.Length < 2 ? "" : parts[1].Trim()))) errors.Add(LessonParser.At(i + 1, $"{last} stands here twice"));
        }
    }

    public int LineOf(string name) => _fields.TryGetValue(name, out var field) ? field.Line : _line;

    public bool Has(string name) => _fields.ContainsKey(name);

    public string Text(string name)
    {
        if (Optional(name) is { Length: > 0 } text) return text;
        _errors.Add(LessonParser.At(LineOf(name), $"{name} is missing"));
        return "";
    }

    public string? Optional(string name)
    {
        _asked.Add(name);
        return _fields.TryGetValue(name, out var field) ? field.Text : null;
    }

    public double Number(string name, double from, double to)
    {
        if (double.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to) return number;
        if (Has(name)) _errors.Add(LessonParser.At(LineOf(name), string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from {from} to {to}")));
        return from;
    }

    /// <summary>What nobody asked for is a mistake: it would be ignored without a word.</summary>
    public void RequireNoMore()
    {
        foreach (var (name, field) in _fields.Where(f => !_asked.Contains(f.Key)).OrderBy(f => f.Value.Line))
            _errors.Add(LessonParser.At(field.Line, $"{name} is not known here; what is known is {string.Join(", ", _asked)}"));
    }
}
