using Microsoft.Playwright;

namespace KvLab.Tests.Browser.Guide;

public sealed partial class GuideHands
{
    public async Task ShowsAsync(string panel, string text, string? other, bool either)
    {
        var where = await PanelAsync(panel);
        await SeesAsync(where, panel, other is not null && either ? [text, other] : [text]);
        if (other is not null && !either) await SeesAsync(where, panel, other);
    }

    public async Task ShowsRowAsync(string list, string text)
    {
        var rows = (await PanelAsync(list)).GetByRole(AriaRole.Option).Filter(new() { HasText = text });
        await UntilAsync(async () => await rows.CountAsync() > 0, LabPage.Patience, () => Task.FromResult($"no row of {list} says “{text}”"));
    }

    public Task DialogSaysAsync(string text) => SeesAsync(Dialog, "the dialog", text);

    public Task DialogIsThereAsync() => ThereAsync(Dialog, "a dialog");

    public Task TopBarSaysAsync(string text) => SeesAsync(Page.GetByRole(AriaRole.Banner), "the top bar", text);

    public async Task FigureHasValueAsync(string name)
    {
        var figure = Page.Locator("dl > div").Filter(new() { Has = Page.Locator("dt").Filter(new() { HasText = name }) }).Locator("dd");
        await UntilAsync(async () => await WordsAsync(figure) is { Length: > 0 } value && value != "–", LabPage.Patience, () => Task.FromResult($"the figure “{name}” has no value"));
    }

    public async Task CellIsAsync(string grid, string state, bool any)
    {
        var cells = (await PanelAsync(grid)).GetByRole(AriaRole.Gridcell).Filter(new() { HasText = state });
        await UntilAsync(async () => await cells.CountAsync() > 0 == any, LabPage.Patience, () => Task.FromResult($"{(any ? "no" : "a")} cell of {grid} is {state}"));
    }

    public async Task IsThereAsync(string panel) => await ThereAsync(await PanelAsync(panel), panel);
}
