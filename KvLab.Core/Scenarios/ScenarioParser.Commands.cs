using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KvLab.Core.Configuration;
using KvLab.Core.Control;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Core.Scenarios;

internal static partial class ScenarioParser
{
    public const int MostWrites = 10_000;
    public const int MostKeys = 1_000;
    public const int MostClients = 100;
    private const double LongestPauseMs = 60_000;

    private static ScenarioCommand Command(ScenarioWords words, HashSet<string> names)
    {
        var command = words.Next("a command");
        ScenarioCommand read = command switch
        {
            "settings" => new SettingsCommand(Settings(words)),
            "write" => Write(words, names, waits: true),
            "burst" => Burst(words, waits: true),
            "read" => Read(words),
            "begin" => words.Try("write") ? Write(words, names, waits: false)
                : words.Try("burst") ? Burst(words, waits: false)
                : throw words.Wrong("begin must be followed by write or burst"),
            "kill" => new NodeCommand(NodeAct.Kill, words.Node(), 0),
            "stop" => new NodeCommand(NodeAct.Stop, words.Node(), 0),
            "freeze" => new NodeCommand(NodeAct.Freeze, words.Node(), 0),
            "thaw" => new NodeCommand(NodeAct.Thaw, words.Node(), 0),
            "slow" => ByMs(words, NodeAct.Slow),
            "skew" => ByMs(words, NodeAct.Skew),
            "start" => new StartCommand(words.Node(), !words.Try("forgetful")),
            "link" => Link(words),
            "partition" => new PartitionCommand(Nodes(words)),
            "heal" => new HealCommand(words.AtEnd ? null : words.Node()),
            "fail" => FailOver(words),
            "wait" => Wait(words),
            "measure" => Measure(words, names),
            "expect" => new ExpectCommand(Expectation(words, names, out var eventually), eventually),
            _ => throw words.Previous("unknown command; the commands are settings, write, burst, read, begin, kill, stop, start, freeze, thaw, slow, skew, link, partition, heal, fail over, wait, measure, expect"),
        };
        words.RequireEnd();
        return read;
    }

    private static WriteCommand Write(ScenarioWords words, HashSet<string> names, bool waits)
    {
        var key = words.Text("a key");
        if (InputRules.CheckKey(key) is { } wrong) throw words.Previous(wrong.TrimEnd('.'));
        words.Require("=");
        var value = words.Text("a value");
        string? name = null;
        Dictionary<string, double>? delaysMs = null;
        while (!words.AtEnd)
        {
            if (words.Try("as"))
            {
                name = words.Next("a name for this write");
                if (!names.Add(name)) throw words.Previous("another write has this name");
            }
            else if (words.Try("delays"))
            {
                delaysMs = new Dictionary<string, double>(StringComparer.Ordinal);
                while (words.Peek(1) == "=")
                {
                    var follower = words.Node();
                    words.Require("=");
                    delaysMs[follower] = InRange(words, "a delay in ms", 0, LiveSettings.LongestDelayMs);
                    words.Try("ms");
                }

                if (delaysMs.Count == 0) throw words.Wrong("delays needs a follower and a time in ms: delays follower-1 = 200");
            }
            else
            {
                throw words.Wrong("after a write's value come “as” or “delays”, or nothing");
            }
        }

        return new WriteCommand(key, value, name, delaysMs, waits);
    }

    private static BurstCommand Burst(ScenarioWords words, bool waits)
    {
        var (writes, keys, clients) = (words.Count("the number of writes", 1, MostWrites), 10, 8);
        words.Require("writes");
        if (words.Try("over"))
        {
            keys = words.Count("the number of keys", 1, MostKeys);
            words.Require("keys");
        }

        if (words.Try("by"))
        {
            clients = words.Count("the number of clients", 1, MostClients);
            words.Require("clients");
        }

        return new BurstCommand(writes, keys, clients, waits);
    }

    private static ReadCommand Read(ScenarioWords words)
    {
        var key = words.Text("a key");
        words.Require("from");
        if (words.Peek(1) != "followers") return new ReadCommand(key, words.Node("a node such as follower-1, or 3 followers"), 1);
        var r = words.Count("the number of followers", 1, MostClients);
        words.Require("followers");
        return new ReadCommand(key, null, r);
    }

    private static NodeCommand ByMs(ScenarioWords words, NodeAct act)
    {
        var node = words.Node();
        words.Require("by");
        var ms = words.Ms("a time in ms");
        var faults = act == NodeAct.Slow ? new NodeFaults { SlowMs = ms } : new NodeFaults { ClockSkewMs = (long)ms };
        return faults.Validate() is [var error, ..] ? throw words.Previous(error.Message.TrimEnd('.')) : new NodeCommand(act, node, ms);
    }

    private static FailOverCommand FailOver(ScenarioWords words)
    {
        words.Require("over");
        return new FailOverCommand(words.Try("to") ? words.Node() : null);
    }

    private static ScenarioCommand Wait(ScenarioWords words)
    {
        if (!words.Try("until")) return new PauseCommand(InRange(words, words.Ms("a time such as 200 ms, or until"), 0, LongestPauseMs));
        if (words.Try("quiet")) return new WaitCommand(ForAnswersOnly: false);
        if (words.Try("answered")) return new WaitCommand(ForAnswersOnly: true);
        throw words.Wrong("wait until must be followed by quiet or answered");
    }

    private static List<string> Nodes(ScenarioWords words)
    {
        var nodes = new List<string>();
        do nodes.Add(words.Node());
        while (!words.AtEnd);
        return nodes;
    }

    private static double InRange(ScenarioWords words, string what, double from, double to) => InRange(words, words.Number(what), from, to);

    private static double InRange(ScenarioWords words, double value, double from, double to) => value >= from && value <= to
        ? value
        : throw words.Previous(string.Create(CultureInfo.InvariantCulture, $"this must be from {from:0} to {to:0} ms"));

    /// <summary>Names and rules of the REST API, so that there is one set of them; W, delay, deadline and mode are short for theirs.</summary>
    private static LiveSettingsPatch Settings(ScenarioWords words)
    {
        var body = new JsonObject();
        while (!words.AtEnd)
        {
            var name = words.Next("a setting");
            words.Require("=");
            var value = words.Next("a value");
            if (name == "delay")
            {
                var ends = value.Split("..");
                (body["minDelayMs"], body["maxDelayMs"]) = (Scalar(ends[0]), Scalar(ends[^1]));
                words.Try("ms");
                continue;
            }

            body[name switch { "W" => "writeQuorum", "deadline" => "replicationTimeoutMs", "mode" => "versioning", _ => name }] = Scalar(value);
            words.Try("ms");
        }

        if (body.Count == 0) throw words.Wrong("settings needs a name and a value: settings W = 2");
        return Read(words, body, LiveSettingsPatch.Read);
    }

    /// <summary>The fields of <see cref="LinkFaults"/>, with a point for what lies within: <c>answer.lossPercent = 100</c>.</summary>
    private static LinkCommand Link(ScenarioWords words)
    {
        var follower = words.Node();
        var body = new JsonObject();
        while (!words.AtEnd)
        {
            var path = words.Next("a fault").Split('.');
            words.Require("=");
            var place = body;
            foreach (var part in path[..^1]) place = (place[part] ??= new JsonObject()) as JsonObject ?? throw words.Wrong("this names a field of something that has no fields");
            place[path[^1]] = Scalar(words.Next("a value"));
        }

        if (body.Count == 0) throw words.Wrong("link needs faults: link follower-1 answer.lossPercent = 100");
        var faults = Read(words, body, LinkFaults.Read);
        return faults.Validate() is [var error, ..] ? throw words.Previous(error.Message.TrimEnd('.')) : new LinkCommand(follower, faults);
    }

    private static T Read<T>(ScenarioWords words, JsonObject body, Func<JsonFields, T> read)
    {
        var errors = new FieldErrors();
        using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes(body.ToJsonString()));
        var value = read(new JsonFields(json.RootElement, errors));
        return errors.All is [var error, ..] ? throw words.Previous(error.Message.TrimEnd('.')) : value;
    }

    private static JsonValue Scalar(string word) =>
        long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole)
        : double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number)
        : bool.TryParse(word, out var flag) ? JsonValue.Create(flag)
        : JsonValue.Create(word.Trim('"'))!;
}
