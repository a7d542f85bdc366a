using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Faults;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class CatchUpPanelTests : PageTest
{
    [Fact]
    public void Each_catch_up_says_entries_bytes_and_time()
    {
        var page = Show<CatchUpPanel>(Calm with
        {
            Syncs =
            [
                new SyncView("leader", "follower-2", true, 7798, 155_961, 52_134, 595.2, DateTimeOffset.UnixEpoch),
                new SyncView("leader", "follower-4", false, 1, 12, 900, 8.25, DateTimeOffset.UnixEpoch),
            ],
        });
        Assert.Contains("came back: 7,798 entries in 595 ms", page.Text("sync-follower-2"), StringComparison.Ordinal);
        Assert.Contains("156 kB sent, 52.1 kB compared", page.Text("sync-follower-2"), StringComparison.Ordinal);
        Assert.Contains("repaired: 1 entry in 8.25 ms", page.Text("sync-follower-4"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_rule_in_force_is_stated() =>
        Assert.Contains("Incremental catch-up on rejoin. Anti-entropy every 10000 ms.", Show<CatchUpPanel>(Calm).Text("syncs"), StringComparison.Ordinal);

    [Fact]
    public void The_seeds_rule_is_none_and_an_empty_list_says_what_to_do()
    {
        var seed = Show<CatchUpPanel>(Calm with { Settings = new LiveSettings { RejoinSync = RejoinSync.None, AntiEntropyMs = 0 } });
        Assert.Contains("No catch-up on rejoin (as in the original lab program).", seed.Text("syncs"), StringComparison.Ordinal);
        Assert.Contains("start it again", seed.Text("syncs-empty"), StringComparison.Ordinal);
    }
}
