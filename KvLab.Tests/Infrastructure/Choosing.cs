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
        cut.Open(testId);
        cut.Options().Single(o => o.TextContent.Trim() == name).Click();
    }

    /// <summary>What can be chosen, as people read it; the list stays open.</summary>
    public static IReadOnlyList<string> Names(this IRenderedComponent<LiveScope> cut, string testId)
    {
        cut.Open(testId);
        return [.. cut.Options().Select(o => o.TextContent.Trim())];
    }

    private static void Open(this IRenderedComponent<LiveScope> cut, string testId)
    {
        cut.Find($"[data-testid='{testId}']").MouseDown();
        cut.WaitForState(() => cut.Options().Count > 0, Patience);
    }

    private static IReadOnlyList<IElement> Options(this IRenderedComponent<LiveScope> cut) => cut.FindAll(".mud-popover-open [role=option]");
}
