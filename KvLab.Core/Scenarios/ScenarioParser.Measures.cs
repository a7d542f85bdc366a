namespace KvLab.Core.Scenarios;

internal static partial class ScenarioParser
{
    private static MeasureCommand Measure(ScenarioWords words, HashSet<string> names)
    {
        var what = Measurable(words, names);
        words.Require("as");
        return new MeasureCommand(what, words.Next("a name for this number"));
    }

    private static Measurable Measurable(ScenarioWords words, HashSet<string> names)
    {
        if (words.Try("latency", "of", "burst")) return new BurstLatency();
        if (words.Try("latency", "of")) return new WriteLatency(Named(words, names));
        if (words.Try("acks", "of")) return new WriteAcks(Named(words, names));
        if (words.Try("lost")) return new LostWrites();
        if (words.Try("burst")) return new BurstAnswers(Answer(words, "succeeded"));
        var kind = words.Try("count") ? Kind(words)
            : words.Peek() is { } first && Counted.TryGetValue(first, out var counted) && words.Try(first) ? counted
            : throw words.Wrong("unknown measure; the measures are latency of burst, latency of …, acks of …, refused, duplicates, applied, count, burst, lost");
        return new EventsSeen(kind, words.Try("on") ? words.Node() : null);
    }

    private static string Named(ScenarioWords words, HashSet<string> names)
    {
        var name = words.Next("the name of a write");
        return names.Contains(name) ? name : throw words.Previous("no write before this has this name");
    }
}
