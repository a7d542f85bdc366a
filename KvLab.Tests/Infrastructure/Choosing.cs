using AngleSharp.Dom;
using Bunit;
using KvLab.Web.Components.Shell;

namespace KvLab.Tests.Infrastructure;

/// <summary>The one way in which component tests operate a drop-down: opened at its field, and one of its names clicked.</summary>
internal static class Choosing
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="name">As people read it.</param>
    public static void Choose(this IRenderedComponent<LiveScope> cut, string testId, string name)
    {
        cut.Find($"[data-testid='{testId}']").MouseDown();
        cut.WaitForState(() => Options().Any(), Patience);
        Options().Single(o => o.TextContent.Trim() == name).Click();

        IEnumerable<IElement> Options() => cut.FindAll(".mud-popover-open [role=option]");
    }
}
