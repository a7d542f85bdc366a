using KvLab.Core.Configuration;
using KvLab.Core.Versioning;

namespace KvLab.Core.Failover;

/// <summary>One node as it is when somebody is to be promoted.</summary>
/// <param name="Name">In a sentence.</param>
/// <param name="Ready">It takes requests.</param>
/// <param name="Leads">It leads, in an epoch that nobody has seen end.</param>
/// <param name="Follows">It is a follower.</param>
/// <param name="Highest">The newest (epoch, version) that it has seen.</param>
/// <param name="Waits">Of one that is to lead already and waits for others: the sentence about it.</param>
public sealed record Candidate(string Id, string Name, bool Ready, bool Leads, bool Follows, EntryVersion Highest, string? Waits = null)
{
    public static Candidate Silent(string id, string name) => new(id, name, false, false, false, EntryVersion.None);
}

/// <summary>Why nobody is promoted.</summary>
public enum FailoverRefusal
{
    LeadsAlready,
    WaitsForOthers,
    Silent,
    NobodyAnswers,
}

/// <summary>Who is to lead: whom somebody named, else the follower that has seen the newest (epoch, version). A real and a simulated cluster choose alike.</summary>
/// <param name="Chosen">Null where nobody can.</param>
public sealed record FailoverChoice(Candidate? Chosen, FailoverRefusal? Refusal)
{
    /// <summary>Asking, sealing and merging wait for silent nodes no longer than this: a leader that is replaced is silent more often than not.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <param name="to">Null: the most advanced.</param>
    public static FailoverChoice Of(string? to, IReadOnlyList<Candidate> candidates)
    {
        if (to is null)
        {
            var best = candidates.Where(c => c is { Ready: true, Follows: true })
                .OrderByDescending(c => c.Highest).ThenBy(c => c.Id, NaturalOrder.Instance).FirstOrDefault();
            return new FailoverChoice(best, best is null ? FailoverRefusal.NobodyAnswers : null);
        }

        var wanted = candidates.Single(c => c.Id == to);
        FailoverRefusal? refusal = wanted switch
        {
            { Leads: true } => FailoverRefusal.LeadsAlready,
            { Waits: not null } => FailoverRefusal.WaitsForOthers,
            { Ready: false } => FailoverRefusal.Silent,
            _ => null,
        };
        return new FailoverChoice(wanted, refusal);
    }

    /// <summary>Why nobody is promoted; empty where somebody is.</summary>
    public string Sentence => Refusal switch
    {
        FailoverRefusal.LeadsAlready => $"{Chosen!.Id} is already the leader.",
        FailoverRefusal.WaitsForOthers =>
            $"{Chosen!.Name} is already taking over, and accepts no writes yet. {Chosen.Waits} Start, thaw or heal them, let it continue without them (Do not wait), or choose another.",
        FailoverRefusal.Silent => $"{Chosen!.Name} does not answer, so it cannot lead. Start or thaw it first, or choose another.",
        FailoverRefusal.NobodyAnswers => "No follower answers, so none can lead.",
        _ => "",
    };
}
