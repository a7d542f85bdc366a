using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Web.Components.View;

namespace KvLab.Web.Components.Shell;

/// <summary>
/// Finds what is worth saying aloud between two snapshots: new settings, and nodes that went down or came back. Writes and events never
/// are; a reader that chatters is switched off.
/// </summary>
public sealed class ChangeAnnouncer
{
    private LiveSettings? _settings;
    private Dictionary<string, NodeState>? _states;

    public string? Next(ClusterSnapshot snapshot)
    {
        List<string> said = [];
        if (_settings is not null && snapshot.Settings is { } now && now != _settings)
            said.Add($"Settings changed: W = {now.WriteQuorum} of {now.LargestQuorum(snapshot.Followers.Count())}, delay {Units.Delay(now)}, {now.Versioning.ToString().ToLowerInvariant()}.");
        if (_states is not null)
        {
            foreach (var node in snapshot.Nodes)
            {
                if (_states.TryGetValue(node.Id, out var before) && before != node.State && Worth(before, node.State))
                    said.Add($"{node.Name} is {node.State.ToString().ToLowerInvariant()}.");
            }
        }
        _settings = snapshot.Settings ?? _settings;
        _states = snapshot.Nodes.ToDictionary(n => n.Id, n => n.State);
        return said.Count == 0 ? null : string.Join(" ", said);
    }

    // On its way up a node passes through states that nobody needs to hear.
    private static bool Worth(NodeState before, NodeState after) =>
        after is NodeState.Running or NodeState.Stopped or NodeState.Crashed || (before == NodeState.Running && after == NodeState.Disconnected);
}
