using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Components.Panels.Faults;
using KvLab.Web.Components.View;

namespace KvLab.Web.Components.Panels.Map;

/// <summary>A place on the map, from 0 to 1 across and down.</summary>
public readonly record struct MapPlace(double X, double Y)
{
    public string Style => FormattableString.Invariant($"left:{X * 100:0.##}%;top:{Y * 100:0.##}%");
}

/// <param name="Facts">A few words below the name.</param>
/// <param name="Trouble">Whether they are of something wrong.</param>
public sealed record MapNode(string Id, string Name, double X, double Y, string State, string Role, bool CutOff, string Facts, bool Trouble)
{
    [JsonIgnore] public MapPlace Place => new(X, Y);
}

/// <param name="To">The follower.</param>
/// <param name="Words">Its faults; empty where there are none.</param>
public sealed record MapLink(string To, bool Faulty, bool Cut, bool Refuses, string Words);

/// <summary>Where everything stands: the leader in the middle, followers around it, clients outside. The script draws it, the page lays its buttons over it.</summary>
public sealed record MapStage(IReadOnlyList<MapNode> Nodes, IReadOnlyList<MapLink> Links, MapPlace Clients)
{
    private const double CentreX = 0.57, CentreY = 0.47, AcrossX = 0.35, AcrossY = 0.35;

    /// <summary>More followers than these stand so close that only short names fit between them.</summary>
    private const int MostNamed = 8;

    /// <summary>About, of the windows that the page is seen in.</summary>
    private const double WiderThanHigh = 1.5;

    private static readonly ConcurrentDictionary<int, MapPlace[]> Places = new();

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static MapStage Of(ClusterSnapshot snapshot)
    {
        var leader = snapshot.Nodes.FirstOrDefault(n => n.Leads);
        var others = snapshot.Nodes.Where(n => n != leader).ToArray();
        // Made for every picture of every page: places are worked out once.
        var places = Places.GetOrAdd(others.Length, static count => [.. Enumerable.Range(0, count).Select(i => Around(i, count))]);
        var nodes = others.Select((n, i) => Node(n, places[i], snapshot, others.Length > MostNamed));
        if (leader is not null) nodes = nodes.Prepend(Node(leader, new MapPlace(CentreX, CentreY), snapshot, isShort: false));
        return new MapStage([.. nodes], [.. others.Select(n => Link(n.Id, snapshot))], new MapPlace(0.07, CentreY));
    }

    /// <summary>From above over the right to below; the left is for the clients and their writes.</summary>
    private static MapPlace Around(int index, int count)
    {
        var share = count == 1 ? 0.5 : (double)index / (count - 1);
        // Many reach further round, so that they stand apart.
        var reach = count > MostNamed ? 150 : 120;
        var angle = Apart(2 * share - 1, reach * Math.PI / 180);
        return new MapPlace(CentreX + AcrossX * Math.Cos(angle), CentreY + AcrossY * Math.Sin(angle));
    }

    /// <summary>A stage is wider than high: by equal angles those at the right would stand closest. By equal ways along the ellipse all stand equally far apart.</summary>
    /// <param name="share">From −1 to 1, of the way from above to below.</param>
    private static double Apart(double share, double reach)
    {
        const int Steps = 256;
        var angles = Enumerable.Range(0, Steps + 1).Select(i => reach * i / Steps).ToArray();
        var ways = new double[Steps + 1];
        for (var i = 1; i <= Steps; i++)
        {
            var (across, down) = (WiderThanHigh * (Math.Cos(angles[i]) - Math.Cos(angles[i - 1])), Math.Sin(angles[i]) - Math.Sin(angles[i - 1]));
            ways[i] = ways[i - 1] + Math.Sqrt(across * across + down * down);
        }

        var found = Array.BinarySearch(ways, Math.Abs(share) * ways[Steps]);
        return Math.Sign(share) * angles[Math.Min(Steps, found < 0 ? ~found : found)];
    }

    private static MapNode Node(NodeView node, MapPlace at, ClusterSnapshot snapshot, bool isShort)
    {
        var cut = snapshot.IsCutOff(node);
        var state = node.State.ToString().ToLowerInvariant();
        var troubles = NodeTroubles.Of(node, cut).Select(t => t.Words).ToList();
        if (node.State != NodeState.Running) troubles.Insert(0, state);
        var facts = troubles.Count > 0 ? string.Join(", ", troubles)
            : node.Leads ? Units.Count(node.Keys, "key")
            : node.Behind > 0 ? $"behind on {Units.Count(node.Behind)}" : "";
        return new MapNode(node.Id, isShort ? Units.Short(node.Id) : NodeWords.Bare(node.Id, node.Leads), Math.Round(at.X, 4), Math.Round(at.Y, 4), state, node.Leads ? NodeRoles.Leader : NodeRoles.Follower, cut, facts, troubles.Count > 0);
    }

    private static MapLink Link(string follower, ClusterSnapshot snapshot)
    {
        var faults = snapshot.Links.FirstOrDefault(l => l.Follower == follower)?.Faults ?? LinkFaults.None;
        return new MapLink(follower, !faults.IsNone, faults.Mode == LinkMode.Swallow, faults.Mode == LinkMode.Refuse, faults.IsNone ? "" : faults.Describe());
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Half way to the follower, where its link is set.</summary>
    public MapPlace HalfWay(string follower)
    {
        var (leader, node) = (Nodes.FirstOrDefault(n => n.Role == NodeRoles.Leader), Nodes.First(n => n.Id == follower));
        return leader is null ? node.Place : new MapPlace((leader.X + node.X) / 2, (leader.Y + node.Y) / 2);
    }
}
