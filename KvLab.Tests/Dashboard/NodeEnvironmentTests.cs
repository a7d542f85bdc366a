using System.Diagnostics;
using KvLab.Core.Events;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Nodes.Options;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Supervision;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>What a dashboard was told must not reach its nodes where it would be wrong there.</summary>
[Trait("Category", "Unit")]
public sealed class NodeEnvironmentTests
{
    private static readonly NodeAddress Leader = new("leader", NodeRoles.Leader, "http://127.0.0.1:8000");
    private static readonly NodeAddress Follower = new("follower-1", NodeRoles.Follower, "http://127.0.0.1:8001");

    [Fact]
    public void Every_name_of_a_node_is_either_the_labs_or_inherited_or_the_nodes_own() =>
        Assert.Equal(NodeOptionsReader.Names.Order(StringComparer.Ordinal), EnvironmentNames.All.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("leader")]
    [InlineData("follower-1")]
    public void A_node_starts_as_it_should_whatever_the_dashboards_environment_is(string id)
    {
        var info = new ProcessStartInfo("x");
        foreach (var name in NodeOptionsReader.Names) info.Environment[name] = "wrong";
        info.Environment["EVENT_BUFFER"] = "1000";
        info.Environment["RECOVERY_TIMEOUT_MS"] = "50";
        foreach (var name in (string[])["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "Kestrel__Endpoints__Http__Url", "Cluster__Token", "Storage__Redis", "DOTNET_URLS", "URLS"])
            info.Environment[name] = "secret-or-wrong";
        NodeEnvironment.Fill(info, id == "leader" ? Leader : Follower, [Follower], Leader, new LiveSettings { WriteQuorum = 1, Seed = 7 }, "http://127.0.0.1:5080", "token", StorageChoice.Memory, new KnownPast(4, 2));
        Assert.DoesNotContain(info.Environment.Values, v => v is "wrong" or "secret-or-wrong");
        var options = NodeOptionsReader.Read([], name => info.Environment.TryGetValue(name, out var value) ? value : null, out var errors);
        Assert.Empty(errors);
        Assert.Equal((id, 1000, TimeSpan.FromMilliseconds(50)), (options!.NodeId, options.Telemetry.Events, options.RecoveryTimeout));
        if (id == "leader") Assert.Equal((1, 7L, 1), (options.Settings.WriteQuorum, options.Settings.Seed, options.Followers.Length));
        Assert.Equal(id == "leader" ? new KnownPast(4, 2) : KnownPast.Unknown, options.Past);
    }
}
