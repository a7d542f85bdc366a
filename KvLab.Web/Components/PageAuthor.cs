using KvLab.Web.Components.Parts;
using KvLab.Web.Live;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace KvLab.Web.Components;

/// <summary>Whatever comes in from a page is done in that page's name.</summary>
internal sealed class PageAuthor(ThisPage page) : CircuitHandler
{
    private readonly Author _author = Author.OfPage(page);

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => async context =>
    {
        Author.Current = _author;
        await next(context);
    };
}
