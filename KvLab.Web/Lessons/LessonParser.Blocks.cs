using System.Collections.Immutable;
using System.Text.RegularExpressions;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulator;

namespace KvLab.Web.Lessons;

internal static partial class LessonParser
{
    private const int MostCodeLines = 60;

    private static LessonBlock? Read(string kind, string name, string[] lines, int start, int end, List<LessonError> errors)
    {
        var line = start + 1;
        if (kind == "run") return Run(name, lines, start, end, errors);
        var options = Options(lines, start + 1, end, errors);
        var fields = new LessonFields([.. lines.Select((l, i) => i > start && i < end && Answer().IsMatch(l) ? "" : l)], start + 1, end, errors);
        LessonBlock? block = kind switch
        {
            "predict" when options.Length > 0 => new ChoiceBlock(name, line, fields.Text("ask"), true, options),
            "predict" => Predict(name, line, fields, errors),
            "choose" => new ChoiceBlock(name, line, fields.Text("ask"), false, options),
            "compare" => Compare(name, line, fields, errors),
            "try" => new TryBlock(name, line, fields.Text("task")),
            "look" => new LookBlock(name, line, fields.Text("page"), fields.Text("task")),
            _ => new CodeBlock(name, line, fields.Text("file"), fields.Text("from"), (int)fields.Number("lines", 1, MostCodeLines), fields.Text("task")),
        };
        fields.RequireNoMore();
        if (kind is not ("predict" or "choose") && options.Length > 0) errors.Add(At(line, $"answers make no sense in {kind}"));
        if (block is ChoiceBlock && (options.Length < 2 || options.Count(o => o.Right) != 1)) errors.Add(At(line, $"{kind} {name} needs two or more answers, one of them right: - [x] text => reply"));
        if (block is TryBlock && Challenge.Find(name) is null) errors.Add(At(line, $"there is no challenge {name}; the challenges are {string.Join(", ", Challenge.All.Select(c => c.Name))}"));
        if (block is LookBlock look && !LessonPages.Addresses.ContainsKey(look.Page)) errors.Add(At(fields.LineOf("page"), $"page must be one of {string.Join(", ", LessonPages.Addresses.Keys)}"));
        if (block is CodeBlock code && LessonCode.Find(code) is null) errors.Add(At(line, $"no line of {code.File} contains \"{code.From}\", or lessons cannot show that file"));
        return block;
    }

    private static PredictBlock Predict(string name, int line, LessonFields fields, List<LessonError> errors)
    {
        Varied? along = null;
        if (fields.Optional("along") is { } text)
        {
            try
            {
                along = Vary(text);
            }
            catch (FormatException wrong)
            {
                errors.Add(At(fields.LineOf("along"), $"along must be such as W = 1, 2, 3. {wrong.Message}"));
            }
        }

        return new PredictBlock(name, line, fields.Text("ask"), fields.Optional("unit") ?? "", fields.Text("from"), fields.Text("to"), along, fields.Text("exact"));
    }

    private static CompareBlock Compare(string name, int line, LessonFields fields, List<LessonError> errors)
    {
        double? within = null;
        if (fields.Optional("within") is { } text)
        {
            if (Percent().Match(text) is { Success: true } match) within = double.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            else errors.Add(At(fields.LineOf("within"), "within must be such as 15 %"));
        }

        return within is null
            ? new CompareBlock(name, line, fields.Text("measured"), null, "", "", "", fields.Text("because"))
            : new CompareBlock(name, line, fields.Text("measured"), within, fields.Text("close"), fields.Text("less"), fields.Text("more"), fields.Optional("because") ?? "") { Shape = fields.Optional("shape") ?? "" };
    }

    private static RunBlock Run(string name, string[] lines, int start, int end, List<LessonError> errors)
    {
        var first = start + 1;
        while (first < end && (lines[first].Trim().Length == 0 || lines[first].StartsWith("needs:", StringComparison.Ordinal))) first++;
        var fields = new LessonFields(lines, start + 1, first, errors);
        var needs = fields.Optional("needs");
        fields.RequireNoMore();
        return new RunBlock(name, start + 1, needs, string.Join('\n', lines[first..end]));
    }

    private static ImmutableArray<Option> Options(string[] lines, int from, int to, List<LessonError> errors)
    {
        var options = ImmutableArray.CreateBuilder<Option>();
        for (var i = from; i < to; i++)
        {
            if (Answer().Match(lines[i]) is not { Success: true } match) continue;
            // An answer goes on in indented lines, as a field does.
            var text = match.Groups[2].Value;
            while (i + 1 < to && lines[i + 1].Length > 0 && char.IsWhiteSpace(lines[i + 1][0])) (text, lines[i + 1], i) = ($"{text} {lines[i + 1].Trim()}", "", i + 1);
            var parts = text.Split("=>", 2, StringSplitOptions.TrimEntries);
            if (parts.Length < 2 || parts[1].Length == 0) errors.Add(At(i + 1, "an answer needs a reply: - [ ] text => reply"));
            else options.Add(new Option(parts[0], match.Groups[1].Value == "x", parts[1]));
        }

        return options.ToImmutable();
    }

    /// <summary>Every name that a block uses is there, every formula can be worked out, and every story can be read, in every variant's words.</summary>
    private static void Refer(ImmutableArray<LessonBlock> blocks, List<LessonError> errors)
    {
        foreach (var twice in blocks.GroupBy(b => (b.GetType(), b.Name)).Where(g => g.Count() > 1).Select(g => g.Last()))
            errors.Add(At(twice.Line, $"another block of this kind is called {twice.Name} already"));
        var predictions = blocks.Where(b => b is PredictBlock or ChoiceBlock { Before: true }).Select(b => b.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var run in blocks.OfType<RunBlock>().Where(r => r.Needs is { } needs && !predictions.Contains(needs)))
            errors.Add(At(run.Line, $"needs: there is no prediction {run.Needs}"));
        foreach (var compare in blocks.OfType<CompareBlock>().Where(c => !predictions.Contains(c.Name)))
            errors.Add(At(compare.Line, $"there is no prediction {compare.Name} to compare"));
        foreach (var choice in blocks.OfType<CompareBlock>().Where(c => c.WithinPercent is not null && blocks.OfType<ChoiceBlock>().Any(b => b.Before && b.Name == c.Name)))
            errors.Add(At(choice.Line, "a choice is compared without within; because says why"));
        foreach (var number in blocks.OfType<CompareBlock>().Where(c => c.WithinPercent is null && blocks.OfType<PredictBlock>().Any(b => b.Name == c.Name)))
            errors.Add(At(number.Line, "a number is compared within some percent: within: 15 %"));
    }

    [GeneratedRegex(@"^- \[([ x])\] (.+)$")]
    private static partial Regex Answer();

    [GeneratedRegex(@"^(\d+(?:\.\d+)?) ?%$")]
    private static partial Regex Percent();
}
