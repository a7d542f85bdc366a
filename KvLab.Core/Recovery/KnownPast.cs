namespace KvLab.Core.Recovery;

/// <summary>What whoever starts or promotes a leader knows of the cluster's past; a process that lost its memory does not.</summary>
/// <param name="Epoch">The highest epoch that ever began, ≥ 0; 0 says that nothing has been written yet. Null: not known.</param>
/// <param name="SmallestQuorum">The fewest followers that a success needed, among writes that may not be on all nodes. Null: not known, present settings and followers count.</param>
public sealed record KnownPast(long? Epoch = null, int? SmallestQuorum = null)
{
    public static readonly KnownPast Unknown = new();

    public bool IsNewCluster => Epoch == 0;
}
