using System.Collections.Immutable;
using KvLab.Core.Configuration;

namespace KvLab.Core.Replication;

/// <summary>What whoever starts or promotes a leader knows of the cluster's past; a process that lost its memory does not.</summary>
/// <param name="Epoch">The highest epoch that ever began, ≥ 0; 0 says that nothing has been written yet. Null: not known.</param>
/// <param name="SmallestQuorum">The fewest followers that a success needed, among writes that may not be on all nodes. Null: not known, present settings and followers count.</param>
public sealed record KnownPast(long? Epoch = null, int? SmallestQuorum = null)
{
    public static readonly KnownPast Unknown = new();

    public bool IsNewCluster => Epoch == 0;
}

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
        ? $"no follower had to confirm, so an acknowledged write may be on one node alone, and all {Followers + 1} nodes have to be heard"
        : $"an acknowledged write is on at least {SmallestQuorum} of {Followers} followers, so {Needed} nodes that kept their data have to be heard";

    private string SoFar => Heard.IsEmpty ? "none was heard" : $"heard so far: {NameList.And(Heard)}";

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
