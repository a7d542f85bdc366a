using Bunit;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>A page that fails is told so; the frame and the other pages go on.</summary>
[Trait("Category", "Component")]
public sealed class PageBoundaryTests : PageTest
{
    [Fact]
    public void A_page_that_fails_says_so_and_another_address_shows_its_page()
    {
        Cluster.Publish(Idle);
        var fails = true;
        RenderFragment body = builder =>
        {
            if (fails) throw new InvalidOperationException("No such number.");
            builder.AddMarkupContent(0, "<p data-testid='fine'>fine</p>");
        };
        var layout = Render<MainLayout>(parameters => parameters.Add(l => l.Body, body));
        layout.WaitForState(() => layout.FindAll("[data-testid=page-failed]").Count > 0, Patience);
        Assert.Contains("No such number.", layout.Find("[data-testid=page-failed]").TextContent);
        Assert.NotEmpty(layout.FindAll("[data-testid=app-bar]"));

        fails = false;
        Services.GetRequiredService<NavigationManager>().NavigateTo("/elsewhere");
        layout.WaitForState(() => layout.FindAll("[data-testid=fine]").Count > 0, Patience);
        Assert.Empty(layout.FindAll("[data-testid=page-failed]"));
    }
}
