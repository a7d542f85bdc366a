using System.Globalization;
using System.Text.RegularExpressions;
using KvLab.Core.Configuration;

namespace KvLab.Core.Scenarios;

/// <summary>The words of one line, read from left to right. What is wrong is thrown as an error that names line and word.</summary>
internal sealed partial class ScenarioWords
{
    private const int MostWords = 200;

    private readonly int _line;
    private readonly List<string> _words;
    private int _next;

    public ScenarioWords(int line, string text)
    {
        _line = line;
        _words = [];
        foreach (var word in Words().EnumerateMatches(text))
        {
            if (_words.Count == MostWords) throw new ScenarioSyntaxException([new ScenarioError(line, "", $"Line {line} has more than {MostWords} words.")]);
            _words.Add(text.Substring(word.Index, word.Length));
        }
    }

    // A text in quotes, a comparison, or what stands between blanks and commas.
    [GeneratedRegex("""
        "[^"]*"|>=|<=|=|<|>|[^\s,=<>"]+
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Words();

    public bool AtEnd => _next >= _words.Count;

    public string? Peek(int ahead = 0) => _next + ahead < _words.Count ? _words[_next + ahead] : null;

    public string Next(string what) => AtEnd ? throw Wrong($"{what} is missing") : _words[_next++];

    /// <summary>Takes these words if they come next.</summary>
    public bool Try(params ReadOnlySpan<string> words)
    {
        for (var i = 0; i < words.Length; i++)
            if (Peek(i) != words[i]) return false;
        _next += words.Length;
        return true;
    }

    public void Require(string word)
    {
        if (!Try(word)) throw Wrong($"{word} is expected here");
    }

    /// <summary>A text, with or without quotes.</summary>
    public string Text(string what) => Next(what).Trim('"');

    public string Node(string what = "a node such as follower-1") => Next(what);

    public double Ms(string what)
    {
        var value = Number(what);
        if (Try("s")) return value * 1000;
        Require("ms");
        return value;
    }

    public double Number(string what)
    {
        var word = Next(what);
        return double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Previous($"{what} must be a number");
    }

    public int Count(string what, int from, int to)
    {
        var word = Next(what);
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to
            ? number
            : throw Previous($"{what} must be a whole number from {from} to {to}");
    }

    public void RequireEnd()
    {
        if (!AtEnd) throw Wrong("nothing more is expected here");
    }

    /// <summary>The next word is wrong.</summary>
    public ScenarioSyntaxException Wrong(string why) => At(_next, why);

    /// <summary>The word just taken is wrong.</summary>
    public ScenarioSyntaxException Previous(string why) => At(_next - 1, why);

    private ScenarioSyntaxException At(int index, string why)
    {
        var word = index < _words.Count ? ErrorText.Short(_words[index]) : "";
        var place = word.Length > 0 ? $"\"{word}\"" : "the end";
        return new ScenarioSyntaxException([new ScenarioError(_line, word, $"Line {_line}, at {place}: {why}.")]);
    }
}
