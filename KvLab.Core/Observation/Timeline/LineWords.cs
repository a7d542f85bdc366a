using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Versioning;
using KvLab.Core.Wire;

namespace KvLab.Core.Observation.Timeline;

/// <summary>One plain sentence for one line of the diagram, where the list of writes does not have its write any more.</summary>
/// <param name="labels">What versions and nodes are called on the page.</param>
public sealed class LineWords(Labels labels)
{
    public string Of(LineView line)
    {
        var words = line.Kind switch
        {
            LineKind.Request => $"{Entry(line)} went from {N(line.From)} to {N(line.To)}{Took(line)}{Attempt(line)}: {Request(line)}",
            LineKind.Answer => $"{N(line.From)} answered {N(line.To)} about {Entry(line)}{Took(line)}: {Answer(line)}",
            LineKind.Call => $"{N(line.From)} asked {N(line.To)} ({line.Call}){Took(line)}: {(line.Outcome == MessageOutcome.Answered ? "it was answered" : "no answer came")}",
            LineKind.Read => $"a client read {Unseen.Shown(line.Key ?? "")} from {N(line.To)}{Took(line)}: {Read(line)}",
            _ => $"{N(line.From)} took {Entry(line)}: {Write(line)}",
        };
        return Sentence(words + Order(line) + Clocks(line));
    }

    private string N(string node) => labels.Name(node);

    private string Entry(LineView line) => $"{labels.Version(line.Epoch, line.Version)} of {Unseen.Shown(line.Key ?? "")}";

    private static string Took(LineView line) => line is { SentAt: { } sent, ArrivedAt: { } arrived } ? $" in {Explain.Ms(Math.Max(0, (arrived - sent).TotalMilliseconds))}" : "";

    private static string Attempt(LineView line) => (line.Copy ? ", as a copy that the network made" : "") + (line.Attempt > 1 ? $", on attempt {line.Attempt}" : "");

    private string Request(LineView line) => line.Outcome switch
    {
        MessageOutcome.Applied => "it was stored there",
        MessageOutcome.Superseded => $"it was refused as stale, because {N(line.To)} already held a newer version",
        MessageOutcome.Duplicate => $"{N(line.To)} held that version already",
        MessageOutcome.Fenced => $"it was refused, because {N(line.To)} knows a newer epoch",
        MessageOutcome.Lost => "it was lost on its way",
        MessageOutcome.Refused => "it was not sent, because the link refuses requests",
        MessageOutcome.Failed => "the attempt failed; it may or may not be stored there",
        MessageOutcome.GivenUp => "the leader no longer waits for it; whether it arrives is not known",
        _ => "it is under way",
    };

    private static string Answer(LineView line) => line.Outcome switch
    {
        MessageOutcome.Acked => "an ack in time",
        MessageOutcome.Decided => "the ack that reached the quorum; the client was answered",
        MessageOutcome.Late => "a late ack, after the client was answered",
        MessageOutcome.Failed => "it did not confirm that the write is stored",
        MessageOutcome.Lost => "the ack was lost, but the write is stored",
        MessageOutcome.GivenUp => "the leader no longer waits for it",
        _ => "it is under way",
    };

    private string Read(LineView line) => line.Outcome switch
    {
        MessageOutcome.Answered when line.Version > 0 => $"it held {labels.Version(line.Epoch, line.Version)}",
        MessageOutcome.Answered => "it held nothing",
        MessageOutcome.UnderWay => "its answer is under way",
        _ => "no answer came",
    };

    private static string Write(LineView line)
    {
        var after = line is { SentAt: { } taken, ArrivedAt: { } told } ? $" {Explain.Ms((told - taken).TotalMilliseconds)} later" : "";
        return line.Outcome switch
        {
            MessageOutcome.Decided => $"its client was answered with success{after}",
            MessageOutcome.Failed => $"its client was answered with partial success{after}, because too few followers had confirmed",
            MessageOutcome.GivenUp => "how its client was answered is not known, because the leader stopped before it reported that",
            _ => "its client waits",
        };
    }

    private static string Order(LineView line) => line.Inversion ? "; it came out of order: an older version of its key arrived after a newer one (an inversion)" : "";

    private static string Clocks(LineView line) =>
        (line.CorrectedMs > 0 ? $"; its recorded times contradict the order of events by {Explain.Ms(line.CorrectedMs)}, so it is drawn corrected" : "")
        + line.ErrorMs switch { null => "; its two nodes have different clocks, and the difference is not known", > 0 and var error => $"; its two nodes have different clocks, so its times may be wrong by {Explain.Ms(error)}", _ => "" };

    private static string Sentence(string words) => words + ".";
}
