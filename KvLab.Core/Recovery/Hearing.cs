using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Replication;

namespace KvLab.Core.Recovery;

/// <summary>
/// Who was heard before a reign begins, and whether that is enough to know the newest epoch and every acknowledged write.
/// </summary>
/// <remarks>
/// A success was stored by the leader of its time and by at least A followers: on A + 1 of the N + 1 nodes. Any N − A + 1 of them that kept their memory therefore
/// include one that has it; fewer need not (quorum intersection, Gifford 1979). With A = 0 it may have been on the leader alone, so all N + 1 are needed.
/// </remarks>
/// <param name="Followers">N.</param>
/// <param name="SmallestQuorum">A, 0 … N: followers that the weakest success needed.</param>
/// <param name="Heard">Nodes that answered and kept their memory, this one included where it did.</param>
/// <param name="Forgetful">Nodes that answered, but began empty and were not brought up to date since.</param>
/// <param name="Silent">Nodes that did not answer.</param>
public sealed record Hearing(
    int Followers, int SmallestQuorum, ImmutableArray<string> Heard, ImmutableArray<string> Forgetful, ImmutableArray<string> Silent)
{
    /// <param name="states">Of those that answered.</param>
    /// <param name="self">The node that asks, where it kept its memory; else null.</param>
    /// <param name="noted">What it was told itself, as a follower, of the weakest success.</param>
    internal static Hearing Of(Leader leader, IReadOnlyDictionary<Peer, PeerState> states, KnownPast past, string? self, int? noted)
    {
        var others = leader.Followers;
        var smallest = past.SmallestQuorum ?? states.Values.Select(s => s.SmallestQuorum).Append(noted).Append(leader.SmallestQuorum).Min()!.Value;
        return new Hearing(others.Length, smallest,
            [.. self is null ? ImmutableArray<string>.Empty : [self], .. others.Where(p => states.TryGetValue(p, out var s) && s.Remembers).Select(p => p.Id)],
            [.. others.Where(p => states.TryGetValue(p, out var s) && !s.Remembers).Select(p => p.Id)],
            [.. others.Where(p => !states.ContainsKey(p)).Select(p => p.Id)]);
    }

    public int Needed => Followers - Math.Clamp(SmallestQuorum, 0, Followers) + 1;

    /// <summary>Every acknowledged write and every epoch that a success had is known to somebody who was heard.</summary>
    public bool KnowsAll => Heard.Length >= Needed;

    /// <summary>A reign may begin: all is known, or nobody is left who could be asked.</summary>
    public bool IsEnough => KnowsAll || Silent.IsEmpty;

    /// <summary>
    /// Two such groups have a member in common, which gives an epoch to one of them only. Where fewer were heard, somebody else may be beginning the same epoch unheard,
    /// unless nobody is silent.
    /// </summary>
    public bool SharesEpochs => 2 * Heard.Length > Followers + 1 || Silent.IsEmpty;

    private string Rule => SmallestQuorum <= 0
        ? $"no follower had to acknowledge, so an acknowledged write may be on one node alone, and all {Followers + 1} nodes must answer"
        : $"an acknowledged write is on at least {SmallestQuorum} of {Followers} followers, so {Needed} nodes that kept their data must answer";

    private string SoFar => Heard.IsEmpty ? "none has answered" : $"answered so far: {NameList.And(Heard)}";

    private string Forgot => Forgetful.IsEmpty ? "" : $" {NameList.And(Forgetful)} answered, but lost {(Forgetful.Length == 1 ? "its" : "their")} data.";

    /// <summary>For a leader that waits.</summary>
    public string Waiting => $"Waiting for {NameList.And(Silent)}: {Rule}; {SoFar}.{Forgot}";

    /// <summary>What is given up by not waiting.</summary>
    public string AtRisk => $"Acknowledged writes that only {NameList.And(Silent)} hold{(Silent.Length == 1 ? "s" : "")} may be lost: {Rule}; {SoFar}.{Forgot}";

    /// <summary>For the record of a reign that began without knowing all; empty where all was known.</summary>
    public string Doubt => KnowsAll ? ""
        : Silent.IsEmpty ? $" All answered, but {NameList.And(Forgetful)} had lost {(Forgetful.Length == 1 ? "its" : "their")} data: what only {(Forgetful.Length == 1 ? "it" : "they")} held is lost."
        : $" {AtRisk}";
}
