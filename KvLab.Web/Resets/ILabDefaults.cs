namespace KvLab.Web.Resets;

/// <summary>Brings a lab back to what it was when it started, whatever was done to it since.</summary>
public interface ILabDefaults
{
    /// <summary>
    /// Heals links, thaws and starts nodes, takes back faults, added and removed followers, storage, leader, settings and the failover rule, and deletes all data. The
    /// version counter goes on, so that no (epoch, version) is used twice.
    /// </summary>
    /// <exception cref="Problems.CommandException">409: somebody has the cluster; 502: not all of it could be done, and what could not.</exception>
    Task RestoreAsync(CancellationToken cancellation = default);
}
