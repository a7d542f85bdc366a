using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Simulator;

/// <summary>
/// The state of a run at one moment as lines of text, so that it fits into a plan and a link. Keys beyond <see cref="MostKeys"/> are left out, first those that are the same everywhere; values are
/// what the observer knows of them, which is their first 48 characters.
/// </summary>
public static class RecordedStart
{
    public const int MostKeys = 200;

    private const string FromLine = "from";

    /// <summary>The plan of a simulation that begins where this snapshot stands.</summary>
    /// <param name="origin">Which recording, and when.</param>
    /// <exception cref="ControlException">Nobody led then, or a simulation cannot have its nodes.</exception>
    public static SimulationPlan PlanOf(ClusterSnapshot then, string origin, string? script)
    {
        if (then.Leader is not { } leader || then.Settings is not { } settings) throw new ControlException("No node led at that moment, so there is nothing to go on from. Choose a moment at which a leader runs.");
        var followers = then.Nodes.Length - 1;
        var names = NodeRoles.Ids(followers).ToHashSet();
        if (!names.SetEquals(then.Nodes.Select(n => n.Id))) throw new ControlException($"A simulation of {followers} followers has the nodes leader and follower-1 to follower-{followers}; at that moment the nodes were {string.Join(", ", then.Nodes.Select(n => n.Id))}.");
        return new SimulationPlan(followers, (int)Math.Clamp(settings.Seed, 0, int.MaxValue), settings with { DelayOrigin = 0 }) { Start = Write(then, origin, leader), Script = script };
    }

    private static string Write(ClusterSnapshot then, string origin, NodeView leader)
    {
        var open = then.Writes.Where(w => w.Version.Epoch == then.Reign && ToGo(then, w).Any()).ToArray();
        var busy = open.Select(w => w.Key).ToHashSet();
        var keys = then.Keys.Values.OrderBy(k => busy.Contains(k.Key) ? 0 : k.Cells.Values.Any(c => c.Version != k.Leader) ? 1 : 2).Take(MostKeys).ToArray();
        var last = then.Keys.Values.SelectMany(k => k.Cells.Values.Select(c => c.Version)).Concat(then.Writes.Select(w => w.Version)).Where(v => v.Epoch <= then.Reign).Select(v => v.Counter).DefaultIfEmpty().Max();
        var text = new StringBuilder();
        text.Append(Inv($"{FromLine} {Quoted(keys.Length < then.Keys.Count ? $"{origin}, {keys.Length} of its {then.Keys.Count} keys" : origin)}\n"));
        text.Append(Inv($"leads {leader.Id} {then.Reign} {last}\n"));
        foreach (var node in then.Nodes)
        {
            text.Append(Inv($"node {node.Id} {StateOf(then, node)}\n"));
            foreach (var key in keys)
                if (key.Cells.TryGetValue(node.Id, out var cell) && !cell.Version.IsNone) text.Append(Inv($"has {cell.Version.Epoch} {cell.Version.Counter} {Quoted(key.Key)} {Quoted(cell.Value ?? "")}\n"));
        }

        foreach (var write in open)
            text.Append(Inv($"open {write.Version.Epoch} {write.Version.Counter} {Quoted(write.Key)} {Quoted(write.Value ?? "")} {string.Join(',', ToGo(then, write))} {AcksOf(then, write)} {write.Required} "))
                .Append(write.Status is { } status ? Inv($"{status} {write.ElapsedMs ?? 0:R} {Quoted(write.Reason ?? "")}\n") : "waits\n");
        return text.ToString();
    }

    private static IEnumerable<string> ToGo(ClusterSnapshot then, WriteView write) => write.Deliveries.Where(d => d.Outcome == DeliveryOutcome.Pending && !HasArrived(then, write, d)).Select(d => d.Follower);

    /// <summary>Its ack was on the way. Here acks take no time, so it counts as come.</summary>
    private static bool HasArrived(ClusterSnapshot then, WriteView write, DeliveryView delivery) =>
        then.Keys.TryGetValue(write.Key, out var key) && key.Cells.TryGetValue(delivery.Follower, out var cell) && (cell.Version == write.Version || cell.LastRefused == write.Version);

    private static int AcksOf(ClusterSnapshot then, WriteView write) => write.Acks
        ?? write.Deliveries.Count(d => d.Outcome is DeliveryOutcome.Applied or DeliveryOutcome.Superseded or DeliveryOutcome.Duplicate || (d.Outcome == DeliveryOutcome.Pending && HasArrived(then, write, d)));

    private static string StateOf(ClusterSnapshot then, NodeView node) => node.State switch
    {
        NodeState.Stopped or NodeState.Crashed => "down",
        NodeState.Frozen => "frozen",
        _ => then.OtherSide.Contains(node.Id) ? "cut" : "up",
    };

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Which recording, and when: the first line of a start that was checked.</summary>
    internal static string OriginOf(string text) => text.StartsWith($"{FromLine} ", StringComparison.Ordinal) ? new StartWords(text[(FromLine.Length + 1)..text.IndexOf('\n')]).Text() : "";

    /// <exception cref="FormatException">It is no such text.</exception>
    internal static ReadStart Read(string text)
    {
        var entries = new Dictionary<string, List<Entry>>(StringComparer.Ordinal);
        var (open, lines, cut) = (new List<OpenWrite>(), new List<string>(), new List<string>());
        var (leads, last, node) = ("", EntryVersion.None, "");
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = new StartWords(line);
            switch (words.Word())
            {
                case FromLine:
                    words.Text();
                    break;
                case "leads":
                    (leads, last) = (words.Word(), words.Version());
                    break;
                case "node":
                    node = words.Word();
                    if (!entries.TryAdd(node, [])) throw StartWords.Wrong(line);
                    var state = words.Word();
                    if (state == "cut") cut.Add(node);
                    else if (state != "up") lines.Add(state switch { "down" => $"kill {node}", "frozen" => $"freeze {node}", _ => throw StartWords.Wrong(line) });
                    break;
                case "has" when entries.TryGetValue(node, out var held):
                    var version = words.Version();
                    held.Add(new Entry(words.Text(), ValueOf(words.Text()), version));
                    break;
                case "open":
                    open.Add(Open(words));
                    break;
                default: throw StartWords.Wrong(line);
            }
        }

        if (!entries.ContainsKey(leads)) throw StartWords.Wrong("leads");
        if (cut.Count > 0) lines.Add($"partition {string.Join(' ', cut)}");
        return new ReadStart(new ClusterStart(leads, last, entries.ToImmutableDictionary(e => e.Key, e => e.Value.ToImmutableArray()), [.. open]), lines);
    }

    private static OpenWrite Open(StartWords words)
    {
        var version = words.Version();
        var write = new OpenWrite(new Entry(words.Text(), ValueOf(words.Text()), version), words.Word().Split(','), words.Int(), words.Int());
        var answer = words.Word();
        return answer == "waits" ? write : write with { Answer = answer == nameof(WriteStatus.Success) ? WriteStatus.Success : WriteStatus.PartialSuccess, ElapsedMs = words.Number(), Reason = words.Text() };
    }

    // What was seen of a value is JSON, unless it was cut short.
    private static JsonText ValueOf(string seen)
    {
        try
        {
            return JsonText.Parse(seen);
        }
        catch (JsonException)
        {
            return JsonText.Of(seen);
        }
    }
}

/// <param name="Lines">Of the story language: they bring about what is not in a node's memory.</param>
internal sealed record ReadStart(ClusterStart Cluster, IReadOnlyList<string> Lines)
{
    /// <exception cref="FormatException">It names nodes that a cluster of so many followers does not have, or not all that it has.</exception>
    public void CheckNodes(int followers)
    {
        var names = NodeRoles.Ids(followers).ToHashSet();
        if (!names.SetEquals(Cluster.Entries.Keys)) throw new FormatException($"start must have the nodes of a cluster of {followers} followers, and no others.");
        if (Cluster.Open.Any(w => w.To.Any(f => !names.Contains(f) || f == Cluster.Leads) || w.To.Count == 0)) throw new FormatException("start has a message under way to a node that is no follower.");
    }
}
