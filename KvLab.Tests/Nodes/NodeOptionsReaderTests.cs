using System.Net;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Nodes.Options;
using KvLab.Nodes.Storage;
using Xunit;

namespace KvLab.Tests.Nodes;

[Trait("Category", "Unit")]
public sealed class NodeOptionsReaderTests
{
    private static (NodeOptions? Options, IReadOnlyList<FieldError> Errors) Read(string[] args, params (string Name, string Value)[] environment)
    {
        var values = environment.ToDictionary(e => e.Name, e => e.Value);
        return (NodeOptionsReader.Read(args, values.GetValueOrDefault, out var errors), errors);
    }

    private static NodeOptions Good(string[] args, params (string Name, string Value)[] environment)
    {
        var (options, errors) = Read(args, environment);
        Assert.Empty(errors);
        return options!;
    }

    [Fact]
    public void A_role_is_enough_and_the_seeds_defaults_fill_the_rest()
    {
        var leader = Good(["--Role=leader"]);
        Assert.Equal(("leader", 8000, IPAddress.Loopback), (leader.NodeId, leader.Port, leader.Host));
        Assert.Equal(0, leader.Settings.WriteQuorum);

        var follower = Good([], ("ROLE", "follower"), ("PORT", "8003"));
        Assert.Equal(("follower-3", 8003), (follower.NodeId, follower.Port));
    }

    [Theory]
    [InlineData("--WRITE_QUORUM=2")]
    [InlineData("--WriteQuorum=2")]
    [InlineData("--write-quorum=2")]
    public void A_name_may_be_written_in_any_of_the_usual_ways(string arg) =>
        Assert.Equal(2, Good([arg], ("ROLE", "leader"), ("FOLLOWERS", "http://a:1,http://b:1")).Settings.WriteQuorum);

    [Fact]
    public void Storage_is_memory_unless_a_file_is_named()
    {
        Assert.Equal(StorageOption.Memory, Good(["--role=leader"]).Storage);
        Assert.Equal(StorageOption.Memory, Good(["--role=leader", "--storage=MEMORY"]).Storage);
        Assert.Equal(new StorageOption(StorageKind.Sqlite, "/data/{node}.db"), Good(["--role=leader", "--storage=sqlite:/data/{node}.db"]).Storage);
    }

    /// <summary>A connection may hold a password.</summary>
    [Fact]
    public void What_stands_behind_the_kind_of_storage_is_never_repeated()
    {
        foreach (var wrong in new[] { "orcale:password=hunter2", "redis:localhost,pasword=hunter2", "postgres:Host=a;Pasword=hunter2", "postgres://user:hunter2@" })
        {
            var (_, errors) = Read(["--role=leader", $"--storage={wrong}"]);
            Assert.DoesNotContain("hunter2", Assert.Single(errors).Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("hunter2", Good(["--role=leader", "--storage=postgres://user:hunter2@host"]).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Link_faults_come_as_json_by_follower()
    {
        var link = Assert.Single(Good(["--role=leader", "--followers=http://a:1", """--link-faults={"follower-1":{"mode":"swallow"}}"""]).LinkFaults);
        Assert.Equal(("follower-1", LinkFaults.Partition), (link.Key, link.Value));
        Assert.Single(Good(["--role=follower", """--link-faults={"leader":{"answer":{"lossPercent":5}}}"""]).LinkFaults);
    }

    [Theory]
    [InlineData("swallow", "body")]
    [InlineData("""{"follower-2":{}}""", "follower-2")]
    [InlineData("""{"follower-1":{"mode":"closed"}}""", "mode")]
    [InlineData("""{"follower-1":{"request":{"lossPercent":101}}}""", "lossPercent")]
    public void Wrong_link_faults_are_named(string json, string what)
    {
        var error = Assert.Single(Read(["--role=leader", "--followers=http://a:1", "--link-faults=" + json]).Errors);
        Assert.Equal("LINK_FAULTS", error.Field);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment() =>
        Assert.Equal(9001, Good(["--Port", "9001"], ("ROLE", "follower"), ("PORT", "9002")).Port);

    [Fact]
    public void The_quorum_is_three_by_default_or_all_where_there_are_fewer()
    {
        Assert.Equal(2, Good(["--role=leader", "--followers=http://a:1,http://b:1"]).Settings.WriteQuorum);
        Assert.Equal(3, Good(["--role=leader", "--followers=http://a:1,http://b:1,http://c:1,http://d:1"]).Settings.WriteQuorum);
    }

    [Fact]
    public void Followers_get_ids_by_their_place_unless_they_bring_their_own() => Assert.Equal(
        [new Peer("follower-1", "http://a:1"), new Peer("paris", "http://b:2"), new Peer("follower-3", "http://c:3")],
        Good(["--role=leader", "--followers=http://A:1/, paris=http://b:2,http://c:3"]).Followers);

    [Theory]
    [InlineData("http://127.0.0.1:8001,http://127.0.0.1:8001/")]
    [InlineData("http://127.0.0.1:8001,http://localhost:8001")]
    [InlineData("http://HOST:8001,http://host:8001")]
    [InlineData("http://host,http://host:80")]
    public void The_same_follower_twice_is_refused_however_it_is_written(string followers)
    {
        var error = Assert.Single(Read(["--role=leader", $"--followers={followers}"]).Errors);
        Assert.Equal("FOLLOWERS", error.Field);
        Assert.Contains("twice", error.Message);
    }

    [Theory]
    [InlineData("ROLE", "boss")]
    [InlineData("NODE_ID", "a b")]
    [InlineData("HOST", "example.org")]
    [InlineData("PORT", "70000")]
    [InlineData("PORT", "eighty")]
    [InlineData("FOLLOWERS", "127.0.0.1:8001")]
    [InlineData("FOLLOWERS", "http://a:1/path")]
    [InlineData("WRITE_QUORUM", "-1")]
    [InlineData("WRITE_QUORUM", "1.5")]
    [InlineData("MIN_DELAY_MS", "-0.1")]
    [InlineData("MIN_DELAY_MS", "2000")]
    [InlineData("MAX_DELAY_MS", "NaN")]
    [InlineData("MAX_DELAY_MS", "60001")]
    [InlineData("DELAY_SEED", "x")]
    [InlineData("DELAY_DISTRIBUTION", "normal")]
    [InlineData("REPLICATION_TIMEOUT_MS", "0")]
    [InlineData("VERSIONING", "off")]
    [InlineData("DELIVERY", "twice")]
    [InlineData("ON_SHORTFALL", "maybe")]
    [InlineData("DASHBOARD_URL", "5080")]
    [InlineData("NODE_URL", "leader:8000")]
    [InlineData("LEADER_URL", "leader")]
    [InlineData("CLUSTER_TOKEN", "two words")]
    [InlineData("STORAGE", "tape")]
    [InlineData("STORAGE", "1")]
    [InlineData("LAB", "a.b")]
    [InlineData("LAB", "ein Labor")]
    [InlineData("STORAGE", "sqlite")]
    [InlineData("STORAGE", "sqlite: ")]
    [InlineData("STORAGE", "memory:x")]
    [InlineData("STORAGE", "redis:,password=x")]
    [InlineData("STORAGE", "redis:localhost,colour=red")]
    [InlineData("STORAGE", "postgres:Username=x")]
    [InlineData("STORAGE", "postgres:Colour=red")]
    [InlineData("STORAGE", "postgres://")]
    [InlineData("EVENT_BUFFER", "1")]
    [InlineData("PARENT_WATCH", "yes")]
    public void A_wrong_value_is_reported_under_the_name_by_which_it_was_set(string name, string value)
    {
        var environment = new Dictionary<string, string> { ["ROLE"] = "follower", [name] = value };
        var (options, errors) = Read([], [.. environment.Select(e => (e.Key, e.Value))]);
        Assert.Null(options);
        var error = Assert.Single(errors);
        Assert.Equal(name, error.Field);
        Assert.StartsWith(name, error.Message);
    }

    [Fact]
    public void All_problems_are_reported_at_once() => Assert.Equal(
        ["--nonsense", "MAX_DELAY_MS", "PORT", "ROLE", "STORAGE"],
        Read(["--nonsense=1"], ("ROLE", "boss"), ("PORT", "x"), ("MAX_DELAY_MS", "70000"), ("STORAGE", "tape"))
            .Errors.Select(e => e.Field).Order(StringComparer.Ordinal));

    [Fact]
    public void A_quorum_larger_than_the_number_of_followers_is_refused_on_a_leader_only()
    {
        Assert.Contains("from 0 to 1 (the number of followers), but is \"all\"", Assert.Single(Read(["--role=leader", "--followers=http://a:1", "--write-quorum=all"]).Errors).Message);
        Assert.Equal("WRITE_QUORUM", Assert.Single(Read(["--role=leader", "--followers=http://a:1", "--write-quorum=2"]).Errors).Field);
        Assert.Empty(Read(["--role=follower", "--write-quorum=2"]).Errors);
    }

    [Fact]
    public void Without_a_token_only_loopback_is_allowed()
    {
        Assert.Contains("CLUSTER_TOKEN", Assert.Single(Read(["--role=follower", "--host=0.0.0.0"]).Errors).Message);
        Assert.Equal(IPAddress.Any, Good(["--role=follower", "--host=0.0.0.0", "--cluster-token=secret"]).Host);
        Assert.Equal(IPAddress.IPv6Loopback, Good(["--role=follower", "--host=::1"]).Host);
    }
}
