using Bunit;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Pages;
using KvLab.Web.Leases;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class LeaseBannerTests : PageTest
{
    private ExclusiveLease Lease => Services.GetRequiredService<ExclusiveLease>();

    [Fact]
    public async Task Whoever_has_the_cluster_is_named_controls_are_locked_and_a_take_over_asks_first()
    {
        var page = Show<LivePage>(Calm);
        Assert.False(page.Has("lease-banner"));
        Assert.All(page.All("fieldset.kv-lock"), f => Assert.False(f.HasAttribute("disabled")));

        var cancelled = new TaskCompletionSource();
        var held = Lease.Take("experiment", "Experiment 7", cancelled.SetResult);
        page.Until(() => page.Has("lease-banner"));
        Assert.Contains("Experiment 7 has the cluster", page.Text("lease-banner"), StringComparison.Ordinal);
        page.Until(() => page.All("fieldset.kv-lock").All(f => f.HasAttribute("disabled")));
        Assert.NotNull(page.At("reset").Closest("fieldset[disabled]"));

        await page.On(() => page.At("take-over").Click());
        Assert.False(cancelled.Task.IsCompleted);
        page.Until(() => page.Has("take-over-yes"));
        await page.On(() => page.At("take-over-yes").Click());
        await cancelled.Task.WaitAsync(Patience, Xunit.TestContext.Current.CancellationToken);
        held.Dispose();
        page.Until(() => !page.Has("lease-banner"));
    }
}
