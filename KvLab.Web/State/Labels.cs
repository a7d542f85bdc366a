using KvLab.Core.Versioning;

namespace KvLab.Web.State;

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
}
