using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser.Guide;

/// <summary>Finds what a text names, as a person finds it: by role and name, by a label, by words. Never by a test id.</summary>
public class GuideEyes(LabPage page)
{
    /// <summary>For what has to be there already. What the cluster still has to bring about may take <see cref="LabPage.Patience"/>.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private static readonly AriaRole[] Pressed =
    [
        AriaRole.Button, AriaRole.Radio, AriaRole.Tab, AriaRole.Link, AriaRole.Switch, AriaRole.Checkbox, AriaRole.Menuitem, AriaRole.Menuitemradio, AriaRole.Option,
    ];

    private static readonly AriaRole[] Fields = [AriaRole.Textbox, AriaRole.Combobox, AriaRole.Spinbutton, AriaRole.Slider, AriaRole.Switch, AriaRole.Checkbox];

    protected IPage Page => page.Page;

    protected ILocator Dialog => Page.GetByRole(AriaRole.Dialog).Filter(new() { Visible = true }).Last;

    /// <summary>A panel by its heading. One that lies behind a tab, a choice or a button of its name is brought to the front.</summary>
    protected async Task<ILocator> PanelAsync(string name)
    {
        var panels = Page.GetByRole(AriaRole.Region, Named(name)).Or(Page.GetByRole(AriaRole.Tabpanel, Named(name))).Filter(new() { Visible = true });
        await UntilAsync(async () =>
        {
            if (await panels.CountAsync() > 0) return true;
            var front = Page.GetByRole(AriaRole.Tab, Named(name)).Or(Page.GetByRole(AriaRole.Radio, Named(name))).Or(Page.GetByRole(AriaRole.Button, Named(name + "…"))).Filter(new() { Visible = true });
            if (await front.CountAsync() == 1) await front.ClickAsync();
            await LookAsync(async () => await panels.CountAsync() > 0);
            return false;
        }, AtOnce, () => Task.FromResult($"there is no panel called “{name}”"));
        return panels.First;
    }

    protected async Task<ILocator> ScopeAsync(string? panel) =>
        panel is not null ? await PanelAsync(panel) : await Dialog.CountAsync() > 0 ? Dialog : Page.Locator("body");

    /// <summary>The one thing to press that has this name. What stands in brackets behind it, such as a number, is no part of it.</summary>
    protected static async Task<ILocator> ToPressAsync(string name, ILocator scope)
    {
        var wanted = Whole(name, aside: true);
        ILocator? found = null;
        var seen = 0;
        await UntilAsync(async () =>
        {
            foreach (var role in Pressed)
            {
                var candidates = scope.GetByRole(role, new() { NameRegex = wanted }).Filter(new() { Visible = true });
                if ((seen = await candidates.CountAsync()) == 0) continue;
                // A dialog is closed by the cross in its corner and by the button below; both are called so.
                found = candidates.Last;
                return seen == 1 || await found.EvaluateAsync<bool>("e => !!e.closest('[role=dialog]')");
            }

            return false;
        }, AtOnce, () => Task.FromResult(seen > 1 ? $"{seen} things are called “{name}”: say in which panel" : $"nothing to press is called “{name}”"));
        return found!;
    }

    /// <summary>A field by its name, which its label gives it.</summary>
    protected static async Task<ILocator> FieldAsync(string name, ILocator scope)
    {
        // What stands for a MudSelect has a name, but not always a role.
        var fields = Fields.Aggregate(scope.Locator(".mud-select *").And(scope.GetByLabel(Whole(name))).Filter(new() { Visible = true }),
            (any, role) => any.Or(scope.GetByRole(role, new() { NameRegex = Whole(name) }).Filter(new() { Visible = true })));
        await UntilAsync(async () => await fields.CountAsync() == 1, AtOnce,
            async () => await fields.CountAsync() is > 1 and var many ? $"{many} fields are called “{name}”: say in which panel" : $"no field is called “{name}”");
        return fields;
    }

    /// <summary>Waits for words to come, for as long as the cluster may need.</summary>
    protected static Task SeesAsync(ILocator where, string what, params string[] anyOf) => UntilAsync(
        async () => await WordsAsync(where) is var words && anyOf.Any(t => words.Contains(t, StringComparison.Ordinal)), LabPage.Patience,
        async () => $"{what} does not say {string.Join(" or ", anyOf.Select(t => $"“{t}”"))}; it says “{Short(await WordsAsync(where))}”");

    /// <summary>As a reader has them: what is hidden is not read, each run of blanks is one.</summary>
    protected static async Task<string> WordsAsync(ILocator where) =>
        await where.CountAsync() == 0 ? "" : Regex.Replace(await where.First.InnerTextAsync(), @"\s+", " ").Trim();

    protected static Task ThereAsync(ILocator what, string name) =>
        UntilAsync(async () => await what.CountAsync() > 0 && await what.First.IsVisibleAsync(), AtOnce, () => Task.FromResult($"{name} is not there"));

    /// <summary>Looks for a moment whether something comes. Nothing depends on it: what is set already changes nothing, and what is quick is over.</summary>
    protected static async Task LookAsync(Func<Task<bool>> condition)
    {
        for (var until = Environment.TickCount64 + (long)Moment.TotalMilliseconds; Environment.TickCount64 < until && !await condition();)
            await Task.Delay(Glance, TestContext.Current.CancellationToken);
    }

    protected static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan patience, Func<Task<string>> otherwise)
    {
        var deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (!await condition())
        {
            if (Environment.TickCount64 > deadline) throw new InvalidOperationException(await otherwise());
            await Task.Delay(Glance, TestContext.Current.CancellationToken);
        }
    }

    private static PageGetByRoleOptions Named(string name) => new() { NameRegex = Whole(name) };

    /// <summary>The whole name. A style sheet may show it in capitals, so these do not count.</summary>
    /// <param name="aside">Brackets may stand behind it, with a number or an explanation.</param>
    protected static Regex Whole(string name, bool aside = false) =>
        new($@"^\s*{Regex.Escape(name).Replace("…", @"\s*…", StringComparison.Ordinal)}{(aside ? @"( \([^)]*\))?" : "")}\s*$", RegexOptions.IgnoreCase);

    private static string Short(string words) => words.Length <= 300 ? words : words[..300] + "…";
}
