using KvLab.Core.Events;

namespace KvLab.Core.Observation.Messages;

/// <summary>One element of the one stream: whatever changes what an observer knows, and when it learnt it. Nothing else changes it.</summary>
public readonly record struct Observed(ObserverTime At, IngestMessage What)
{
    /// <summary>Who told it: a node, or one of <see cref="ObserverSources"/>.</summary>
    public string Source => What.Source;
}

/// <summary>Those who tell an observer something and are no node.</summary>
public static class ObserverSources
{
    /// <summary>Whoever started the nodes and watches over them.</summary>
    public const string Dashboard = NodeNames.Dashboard;

    /// <summary>The clients whose writes went through this dashboard.</summary>
    public const string Clients = "clients";

    /// <summary>Whoever looks at the state: some of it is judged only then.</summary>
    public const string Onlooker = "onlooker";
}
