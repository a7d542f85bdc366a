using KvLab.Core.Configuration;
using KvLab.Web.Options;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class StorageChoiceTests
{
    private static readonly string[] Nodes = ["leader", "follower-1"];

    private readonly FieldErrors _errors = new();

    private StorageServers Servers(params (string Name, string Value)[] values) => StorageServers.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Append(("Storage:Folder", "/tmp/lab")).ToDictionary(v => v.Item1, v => (string?)v.Item2)).Build(), _errors);

    private StorageChoice Choose(StorageRequest request, StorageChoice? before = null, StorageServers? servers = null) =>
        (before ?? StorageChoice.Memory).With(request, servers ?? Servers(), Nodes, _errors);

    [Fact]
    public void A_wish_for_one_node_leaves_the_others_as_they_are()
    {
        var mixed = Choose(new StorageRequest { ByNode = new Dictionary<string, string> { ["follower-1"] = "sqlite:/a/" } });
        Assert.Equal(("memory", "sqlite:/a/"), (mixed.Of("leader"), mixed.Of("follower-1")));
        var all = Choose(new StorageRequest { All = "sqlite:/b/" }, mixed);
        Assert.Equal(("sqlite:/b/", "sqlite:/b/"), (all.Of("leader"), all.Of("follower-1")));
        Assert.Empty(_errors.All);
    }

    [Theory]
    [InlineData("sqlite", "sqlite:/tmp/lab/")]
    [InlineData("redis", "redis:db:6379,password=hunter2")]
    [InlineData("Postgres", "postgres://kvlab@db/kvlab")]
    [InlineData("redis:other:1", "redis:other:1")]
    public void A_kind_alone_lies_where_it_is_configured(string wish, string told)
    {
        var servers = Servers(("Storage:Redis", "db:6379,password=hunter2"), ("Storage:Postgres", "postgres://kvlab@db/kvlab"));
        Assert.Equal(told, Choose(new StorageRequest { All = wish }, servers: servers).Of("leader"));
        Assert.Empty(_errors.All);
    }

    [Theory]
    [InlineData("disk:hunter2")]
    [InlineData("memory:hunter2")]
    [InlineData("redis")]
    [InlineData("redis:password=hunter2")]
    [InlineData("postgres:Password=hunter2")]
    [InlineData("postgres:hunter2")]
    [InlineData("sqlite:/tmp/hunter2.db")]
    [InlineData("")]
    public void What_is_no_storage_is_refused_by_its_fields_name_and_never_repeated(string wish)
    {
        Choose(new StorageRequest { All = wish });
        var error = Assert.Single(_errors.All);
        Assert.Equal("storage", error.Field);
        Assert.StartsWith("storage ", error.Message);
        Assert.DoesNotContain("hunter2", error.Message);
    }

    [Fact]
    public void A_node_that_is_not_there_is_named()
    {
        Choose(new StorageRequest { ByNode = new Dictionary<string, string> { ["follower-9"] = "memory" } });
        Assert.Equal("storageOf.follower-9 is not a node of this cluster; the nodes are leader, follower-1.", Assert.Single(_errors.All).Message);
    }

    [Fact]
    public void A_wish_for_nothing_is_a_mistake() => Assert.Equal("storage", Assert.Single(Wrong(new StorageRequest())).Field);

    [Fact]
    public void A_wrong_server_in_the_configuration_is_refused_at_the_start()
    {
        Servers(("Storage:Redis", "password=hunter2"));
        Assert.Equal("Storage:Redis", Assert.Single(_errors.All).Field);
    }

    private IReadOnlyList<FieldError> Wrong(StorageRequest request)
    {
        Choose(request);
        return _errors.All;
    }
}
