using KvLab.Core.Network;
using KvLab.Core.Simulation;

namespace KvLab.Core.Simulator;

/// <summary>
/// What could happen next, always in the same order: what is due, the earliest first, so that the first one is what happens by itself; then the next line of its script, what clients may do, then what may befall
/// nodes and links.
/// </summary>
internal static class Choices
{
    /// <summary>Clients here know these keys; a line of the story language writes any other.</summary>
    private static readonly string[] Keys = ["k1", "k2"];

    public static IReadOnlyList<Choice> Of(Possible now)
    {
        var all = new List<Choice>();
        foreach (var timer in now.Due) Due(all, timer);
        if (now.NextLine is { } next) Line(all, ChoiceKind.Story, $"Next line of the script: {next}", next, null);
        foreach (var key in Keys) Line(all, ChoiceKind.Write, $"A client writes {key} = w{now.Writes + 1}.", $"write {key} = w{now.Writes + 1}", null, key);
        foreach (var node in now.Nodes.Where(n => n.Up)) Line(all, ChoiceKind.Read, $"A client reads {Keys[0]} from {node.Id}.", $"read {Keys[0]} from {node.Id}", node.Id, Keys[0]);
        foreach (var node in now.Nodes) OfNode(all, node);
        OfLinks(all, now);
        return all;
    }

    private static void Due(List<Choice> all, DueTimer timer)
    {
        var due = timer.Due.TotalMilliseconds;
        if (timer.For is not MessageUnderWay message)
        {
            all.Add(new Choice(all.Count, ChoiceKind.Timer, timer.For?.Sentence ?? "A timer fires that nobody has named.", due) { Timer = timer.Number });
            return;
        }

        Add(ChoiceKind.Deliver, message.Sentence);
        Add(ChoiceKind.Drop, $"{message.Name} is lost on its way to {message.To}.");
        Add(ChoiceKind.DropAnswer, $"{message.Name} arrives at {message.To}, and its ack is lost.");
        Add(ChoiceKind.Duplicate, $"{message.Name} arrives at {message.To} twice.");

        void Add(ChoiceKind kind, string sentence) =>
            all.Add(new Choice(all.Count, kind, sentence, due, message.To, message.Key, message.Version.Epoch, message.Version.Counter) { Timer = timer.Number });
    }

    private static void OfNode(List<Choice> all, PossibleNode node)
    {
        if (!node.Up)
        {
            Line(all, ChoiceKind.Start, $"{node.Id} starts, with nothing in its memory.", $"start {node.Id}", node.Id);
            return;
        }

        Line(all, ChoiceKind.Kill, $"{node.Id} is killed, and what it holds in memory is gone.", $"kill {node.Id}", node.Id);
        if (node.Frozen) Line(all, ChoiceKind.Thaw, $"{node.Id} thaws and goes on where it stood.", $"thaw {node.Id}", node.Id);
        else Line(all, ChoiceKind.Freeze, $"{node.Id} freezes: it does nothing, and keeps what it holds.", $"freeze {node.Id}", node.Id);
    }

    private static void OfLinks(List<Choice> all, Possible now)
    {
        // Links are those of a leader.
        if (now.Nodes.Where(n => n is { Leads: true, Up: true }).Select(n => n.Id).FirstOrDefault() is { } leader)
        {
            foreach (var node in now.Nodes.Where(n => n.Up && n.Id != leader)) Line(all, ChoiceKind.Cut, $"{node.Id} is cut off from the others.", $"partition {node.Id}", node.Id);
            Line(all, ChoiceKind.Heal, "All links heal.", "heal", null);
        }

        Line(all, ChoiceKind.FailOver, "The most up-to-date follower takes over.", "fail over", null);
    }

    private static void Line(List<Choice> all, ChoiceKind kind, string sentence, string line, string? node, string? key = null) =>
        all.Add(new Choice(all.Count, kind, sentence, null, node, key) { Line = line });
}
