using Bunit;
using KvLab.Core.Configuration;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Controls;
using KvLab.Web.Problems;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class StorageDialogTests : PageTest
{
    private const string Secret = "db:6379,password=hunter2";

    private Page Open(ClusterSnapshot? snapshot = null)
    {
        var page = Show<LabActions>(snapshot ?? Calm);
        page.At("storage-open").Click();
        page.Until(() => page.Has("storage-apply"));
        return page;
    }

    [Fact]
    public void It_says_what_is_lost_before_it_is_done()
    {
        var page = Open(Calm with { Nodes = [.. Calm.Nodes.Select((n, i) => i == 0 ? n with { Storage = "sqlite" } : n)] });
        Assert.Equal("sqlite", page.Text("storage-now-leader"));
        Assert.Contains("All 6 nodes are restarted", page.Text("storage-cost"));
        Assert.Contains("Entries in memory now (follower-1, follower-2, follower-3, follower-4, follower-5) are lost.", page.Text("storage-cost"));
        Assert.True(page.At("storage-apply").HasAttribute("disabled"));
        Assert.Empty(Cluster.Commands);
    }

    [Fact]
    public void One_storage_for_all_and_another_for_one_node()
    {
        var page = Open();
        page.Choose("storage-all-kind", "sqlite");
        page.At("storage-all-place").Input("/tmp/lab/");
        page.Choose("storage-follower-2-kind", "memory");
        page.At("storage-apply").Click();
        page.Until(() => Cluster.Storage is not null && !page.Has("storage-apply"));
        Assert.Equal("sqlite:/tmp/lab/", Cluster.Storage!.All);
        Assert.Equal("memory", Assert.Single(Cluster.Storage.ByNode, w => w.Key == "follower-2").Value);
        Assert.Contains("restarted", page.Text("lab-status"));
    }

    [Fact]
    public void What_is_wrong_is_said_at_its_field_and_nothing_that_was_typed_is_lost()
    {
        var page = Open();
        page.Choose("storage-follower-1-kind", "redis");
        page.At("storage-follower-1-place").Input("=");
        Cluster.Refusal = new CommandException(400, "no", [new FieldError("storageOf.follower-1", "storageOf.follower-1 names redis, but no server.")]);
        page.At("storage-apply").Click();
        page.Until(() => page.Has("storage-follower-1-error"));
        Assert.Contains("names redis, but no server", page.Text("storage-follower-1-error"));
        Assert.Equal("=", page.At("storage-follower-1-place").GetAttribute("value"));
    }

    [Fact]
    public void A_connection_is_covered_while_it_is_typed_and_forgotten_with_the_dialog()
    {
        var page = Open();
        page.Choose("storage-all-kind", "redis");
        page.At("storage-all-place").Input(Secret);
        Assert.Equal("password", page.At("storage-all-place").GetAttribute("type"));
        page.At("storage-apply").Click();
        page.Until(() => !page.Has("storage-apply"));
        Assert.Equal($"redis:{Secret}", Cluster.Storage!.All);

        page.At("storage-open").Click();
        page.Until(() => page.Has("storage-apply"));
        Assert.DoesNotContain("hunter2", page.Cut.Markup);
        Assert.DoesNotContain("hunter2", new StorageWish("redis", Secret).ToString());
    }

    [Fact]
    public void What_a_killed_Redis_has_kept_is_said_as_it_is_set()
    {
        const string Sentence = "Redis keeps nothing on a disk (appendonly no, no save): a killed server loses everything.";
        var page = Open(Calm with { Nodes = [.. Calm.Nodes.Select(n => n with { Storage = "redis", StoragePersistence = Sentence })] });
        Assert.Contains(Sentence, page.Cut.Markup);
        Assert.DoesNotContain("are lost", page.Text("storage-cost"));
    }

    [Fact]
    public void Nodes_that_others_run_cannot_be_started_again_here()
    {
        Cluster.Supervises = false;
        Assert.False(Show<LabActions>(Calm).Has("storage-open"));
    }
}
