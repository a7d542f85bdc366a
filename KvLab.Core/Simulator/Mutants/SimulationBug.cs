using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;

namespace KvLab.Core.Simulator.Mutants;

/// <summary>Which mistake, and which node of the simulation makes it, in every process that it begins; all others are right.</summary>
public sealed record SimulationBug(Mutant Name, string Node)
{
    /// <summary>Null where no bug is given, or a wrong one, of which the errors know.</summary>
    public static SimulationBug? Read(JsonFields? fields)
    {
        if (fields is null) return null;
        fields.AllowOnly("name", "node");
        var node = fields.RequiredText("node");
        if (fields.Choice<Mutant>("name") is { } name) return new SimulationBug(name, node);
        if (!fields.Has("name")) fields.Add("name", $"is missing; it must be {EnumNames.ListOf<Mutant>()}.");
        return null;
    }

    /// <summary>As <see cref="Read"/> takes it.</summary>
    internal object Written() => new { Name = EnumNames.NameOf(Name), Node };

    /// <returns>Null where there is such a node.</returns>
    internal FieldError? CheckNode(int followers) => NodeRoles.Ids(followers).Contains(Node)
        ? null
        : new FieldError("bug.node", $"bug.node must be {NodeRoles.Leader} or a follower up to {NodeRoles.FollowerId(followers)}, but is {ErrorText.Short(Node)}.");

    /// <summary>A store for a process of this node.</summary>
    internal static IKeyValueStore StoreOf(SimulationBug? bug, string node) => bug?.Node != node ? new MemoryStore() : bug.Name switch
    {
        Mutant.LastArrivalWins => new LastArrivalStore(),
        Mutant.IgnoresKeys => new KeylessStore(),
        _ => new MemoryStore(),
    };

    /// <summary>What this node sends with.</summary>
    internal static IReplicaTransport TransportOf(SimulationBug? bug, string node, IReplicaTransport right) =>
        bug is { Name: Mutant.CountsRefusals } && bug.Node == node ? new RefusalCountingTransport(right) : right;
}
