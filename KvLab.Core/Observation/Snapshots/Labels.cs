using KvLab.Core.Events;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation.Snapshots;

/// <summary>
/// What versions and nodes are called wherever they are shown: on the page, in sentences, in exports and over REST. The one place that decides it.
/// </summary>
/// <param name="Epochs">Versions of more than one epoch are on screen: there the number alone does not say which write is meant.</param>
/// <param name="Leader">The id of the node that leads; null while no node does.</param>
public sealed record Labels(bool Epochs, string? Leader)
{
    /// <summary>One epoch, and the node that is called leader leads.</summary>
    public static readonly Labels Plain = new(false, NodeRoles.Leader);

    /// <summary><c>v17</c>, or <c>e2·v17</c> where more than one epoch is on screen.</summary>
    public string Version(EntryVersion version) =>
        Epochs && !version.IsNone ? EntryVersion.WithEpoch(version.Epoch, version.Counter) : version.ToString();

    public string Version(long epoch, long counter) => Version(new EntryVersion(epoch, counter));

    /// <summary>A node in a sentence; see <see cref="NodeWords"/>.</summary>
    public string Name(string? id) => id is null ? "" : NodeWords.Name(id, id == Leader);

    /// <summary>A node in a heading or a list, with its role.</summary>
    public string Node(string id) => NodeWords.Label(id, id == Leader);

    /// <summary>Where the role stands beside it, or the time of another role is told of.</summary>
    public string Bare(string id) => NodeWords.Bare(id, id == Leader);

    public string Short(string id) => NodeWords.Short(id, id == Leader);
}
