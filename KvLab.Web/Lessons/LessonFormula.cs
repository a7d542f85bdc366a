using System.Globalization;
using KvLab.Core.Analysis;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Web.Lessons;

/// <summary>
/// What a lesson calls exact, worked out for one variant: <c>+ - * /</c>, brackets, names, and <c>mean(w, n, a, b)</c>, the exact mean of the w-th smallest of n
/// delays drawn evenly from a to b (<see cref="OrderStatistics"/>).
/// </summary>
public sealed class LessonFormula
{
    private const int Longest = 200;
    private const int Deepest = 20;

    private readonly string _text;
    private readonly IReadOnlyDictionary<string, double> _names;
    private int _at;
    private int _depth;

    private LessonFormula(string text, IReadOnlyDictionary<string, double> names) => (_text, _names) = (text, names);

    /// <exception cref="FormatException">It is no formula, or has a name that has no number; the message says where.</exception>
    public static double Of(string text, IReadOnlyDictionary<string, double> names)
    {
        if (text.Length > Longest) throw new FormatException($"A formula has at most {Longest} characters.");
        var formula = new LessonFormula(text, names);
        var value = formula.Sum();
        if (formula.Next() is { } left) throw formula.Wrong($"nothing more is expected than what stands before \"{left}\"");
        return double.IsFinite(value) ? value : throw formula.Wrong("this has no number as its value");
    }

    private double Sum()
    {
        var value = Product();
        while (Next() is '+' or '-')
        {
            var minus = _text[_at++] == '-';
            var term = Product();
            value += minus ? -term : term;
        }

        return value;
    }

    private double Product()
    {
        var value = Factor();
        while (Next() is '*' or '/')
        {
            var divides = _text[_at++] == '/';
            var factor = Factor();
            value = divides ? value / factor : value * factor;
        }

        return value;
    }

    private double Factor()
    {
        if (++_depth > Deepest) throw Wrong("too many brackets stand within each other");
        try
        {
            switch (Next())
            {
                case '-':
                    _at++;
                    return -Factor();
                case '(':
                    _at++;
                    var inner = Sum();
                    Take(')');
                    return inner;
                case { } digit when char.IsAsciiDigit(digit):
                    return Number();
                case { } letter when char.IsAsciiLetter(letter):
                    var name = Name();
                    return Next() == '(' ? Law(name) : _names.TryGetValue(name, out var known) ? known : throw Wrong($"nothing is called {name} here");
                default:
                    throw Wrong("a number, a name or a bracket is missing");
            }
        }
        finally
        {
            _depth--;
        }
    }

    private double Law(string name)
    {
        if (name != "mean") throw Wrong($"there is no law {name}; the one law is mean(w, n, a, b)");
        Take('(');
        var w = Sum();
        var n = After(',');
        var a = After(',');
        var b = After(',');
        Take(')');
        if (n is < 1 or > 100 || w < 0 || w > n || a < 0 || b < a) throw Wrong("mean(w, n, a, b) needs 0 ≤ w ≤ n, 1 ≤ n ≤ 100 and 0 ≤ a ≤ b");
        return OrderStatistics.MeanMs(DelayShape.Of(new LiveSettings { MinDelayMs = a, MaxDelayMs = b, Distribution = DelayDistribution.Uniform }), (int)n, (int)w);

        double After(char sign)
        {
            Take(sign);
            return Sum();
        }
    }

    private double Number()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] == '.')) _at++;
        return double.TryParse(_text.AsSpan(start, _at - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong("this is no number");
    }

    private string Name()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiLetterOrDigit(_text[_at])) _at++;
        return _text[start.._at];
    }

    private char? Next()
    {
        while (_at < _text.Length && _text[_at] == ' ') _at++;
        return _at < _text.Length ? _text[_at] : null;
    }

    private void Take(char sign)
    {
        if (Next() != sign) throw Wrong($"{sign} is missing");
        _at++;
    }

    private FormatException Wrong(string why) => new($"In the formula \"{_text}\", at character {Math.Min(_at + 1, _text.Length + 1)}: {why}.");
}
