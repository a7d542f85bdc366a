using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Charts;
using KvLab.Web.Components.Panels.Faults;
using KvLab.Web.Components.Panels.Replicas;
using KvLab.Web.Components.Panels.Writes;
using KvLab.Web.Components.View;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>Over a recording or a simulation nobody can send a write by a key, so no panel that is empty asks for one.</summary>
[Trait("Category", "Component")]
public sealed class PastPanelsTests : PageTest
{
    [Fact]
    public Task Writes() => AsksOnlyInTheLabAsync<WritesPanel>("writes-empty", "Send one (w)");

    [Fact]
    public Task Replicas() => AsksOnlyInTheLabAsync<ReplicasPanel>("replicas-empty", "Send a write (w) or start a burst (b)");

    [Fact]
    public Task Latencies() => AsksOnlyInTheLabAsync<ChartsPanel>("chart-empty", "Start a burst (b)");

    [Fact]
    public Task Promises() => AsksOnlyInTheLabAsync<DurabilityPanel>("durability-empty", "Start a burst");

    private async Task AsksOnlyInTheLabAsync<TPanel>(string empty, string wish) where TPanel : IComponent
    {
        var page = Show<TPanel>(Idle);
        Assert.Contains(wish, page.Text(empty), StringComparison.Ordinal);
        await page.On(() => Views.Update(v => v with { Past = true }));
        page.Until(() => !page.Text(empty).Contains(wish, StringComparison.Ordinal));
        Assert.DoesNotMatch("Send|Start|\\([wb]\\)", page.Text(empty));
        Assert.NotEmpty(page.Text(empty));
    }
}
