using KvLab.Core.Configuration;
using KvLab.Core.Events;

namespace KvLab.Core.Scenarios;

internal static partial class ScenarioParser
{
    private static readonly Dictionary<string, EventKind> Counted = new(StringComparer.Ordinal)
    {
        ["refused"] = EventKind.EntryRefused,
        ["duplicates"] = EventKind.EntryDuplicate,
        ["applied"] = EventKind.EntryApplied,
    };

    private static Expectation Expectation(ScenarioWords words, HashSet<string> names, out bool eventually)
    {
        eventually = words.Try("eventually");
        if (words.Try("replicas"))
            return new ReplicasExpectation(words.Try("equal") || (words.Try("differ") ? false : throw words.Wrong("equal or differ must follow replicas")));
        if (words.Try("versions", "increase")) return new VersionsExpectation();
        if (words.Try("lost")) return new LostExpectation(Comparison(words));
        if (words.Try("leader", "is")) return new LeaderExpectation(words.Node());
        if (words.Try("burst")) return new BurstExpectation(Answer(words, "succeeded"), Comparison(words));
        if (words.Try("read", "fresh")) return new ReadExpectation(ReadKind.Fresh);
        if (words.Try("read", "stale")) return new ReadExpectation(ReadKind.Stale);
        if (words.Try("read", "unanswered")) return new ReadExpectation(ReadKind.Unanswered);
        if (words.Try("read", "finds", "nothing")) return new FindsExpectation(null);
        if (words.Try("read", "finds")) return new FindsExpectation(words.Text("a value, or nothing"));
        if (words.Try("count")) return Count(words, Kind(words));
        if (words.Peek() is { } first && Counted.TryGetValue(first, out var kind) && int.TryParse(words.Peek(2), out _))
        {
            words.Next(first);
            return Count(words, kind);
        }

        if (words.Peek(1) is "=" && words.Peek() is not "acks" || words.Peek(1) is "missing") return Entry(words);
        var write = words.Peek() is { } name && names.Contains(name) ? words.Next(name) : null;
        if (words.Try("acks")) return new AcksExpectation(write, Comparison(words));
        if (words.Try("within")) return new WithinExpectation(write, words.Ms("a time in ms"));
        return new AnswerExpectation(write, Answer(words, "success"));
    }

    private static AnswerKind Answer(ScenarioWords words, string success) =>
        words.Try(success) ? AnswerKind.Success
        : words.Try("partial") ? AnswerKind.Partial
        : words.Try("unanswered") ? AnswerKind.Unanswered
        : throw words.Wrong(
            $"unknown expectation; the expectations are {success}, partial, unanswered, acks, within, key = value on …, key missing on …, replicas, lost, refused, duplicates, applied, count, burst, read, versions increase, leader is");

    private static EntryExpectation Entry(ScenarioWords words)
    {
        var key = words.Text("a key");
        var value = words.Try("missing") ? null : words.Try("=") ? words.Text("a value") : throw words.Wrong("= or missing is expected here");
        words.Require("on");
        return new EntryExpectation(key, value, words.Node("all, reigning or a node"));
    }

    private static EventsExpectation Count(ScenarioWords words, EventKind kind)
    {
        var count = Comparison(words);
        return new EventsExpectation(kind, count, words.Try("on") ? words.Node() : null);
    }

    private static EventKind Kind(ScenarioWords words)
    {
        var name = words.Next("a kind of event such as message_lost");
        return EnumNames.TryParse<EventKind>(name, out var kind) ? kind : throw words.Previous($"unknown kind of event; the kinds are {string.Join(", ", EventKindNames.All)}");
    }

    private static Comparison Comparison(ScenarioWords words)
    {
        var sign = words.Next("a comparison such as >= 1");
        if (!Scenarios.Comparison.Operators.Contains(sign)) throw words.Previous($"a comparison is expected here: {string.Join(' ', Scenarios.Comparison.Operators)}");
        return new Comparison(sign, words.Count("a number", 0, int.MaxValue));
    }
}
