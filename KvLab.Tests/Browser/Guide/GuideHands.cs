using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser.Guide;

/// <summary>What a reader of a lab does and looks for: one method for each form of sentence (<see cref="GuideForms"/>).</summary>
public sealed partial class GuideHands(LabPage page, string labUrl) : GuideEyes(page)
{
    private readonly LabPage _page = page;

    public async Task PressAsync(string name, string? panel, int times)
    {
        var thing = await ToPressAsync(name, await ScopeAsync(panel));
        for (var i = 0; i < times; i++) await PressAsync(thing);
    }

    /// <summary>A reader sees that something happened before doing the next thing: a dialog closes, or the panel changes.</summary>
    private async Task PressAsync(ILocator thing)
    {
        var inDialog = await thing.EvaluateAsync<bool>("e => !!e.closest('[role=dialog]')");
        await using var answer = await thing.EvaluateHandleAsync("""
            e => {
              const seen = { done: false };
              const around = e.closest('section, nav, [role=dialog]') ?? document.body;
              new MutationObserver((_, observer) => { seen.done = true; observer.disconnect(); }).observe(around, { subtree: true, childList: true, characterData: true });
              return seen;
            }
            """);
        await thing.ClickAsync();
        await LookAsync(async () => inDialog ? await Dialog.CountAsync() == 0 : await answer.EvaluateAsync<bool>("seen => seen.done"));
        await AppliedAsync();
    }

    /// <summary>The menu of a node or link where it stands on the map.</summary>
    public async Task ChooseInMenuAsync(string item, string node, bool link)
    {
        var name = new Regex(link ? $@"\blink to {Regex.Escape(node)}\b" : $@"^(?!.*\blink\b).*\b{Regex.Escape(node)}\b", RegexOptions.IgnoreCase);
        var button = (await PanelAsync("Map")).GetByRole(AriaRole.Button, new() { NameRegex = name });
        await ThereAsync(button, $"the menu of {(link ? "the link to " : "")}{node} on the map");
        await button.First.ClickAsync();
        await ChooseFromListAsync(item);
    }

    /// <summary>From the menu or list that has just opened.</summary>
    private async Task ChooseFromListAsync(string item)
    {
        var entry = Page.Locator(".mud-popover-open").GetByText(Whole(item, aside: true)).Filter(new() { Visible = true });
        await ThereAsync(entry, $"the entry “{item}” of the list");
        await entry.First.ClickAsync();
        await LookAsync(async () => await entry.CountAsync() == 0);
    }

    public async Task PressInRowAsync(string button, string row)
    {
        var rows = Page.Locator("li, tr").Filter(new() { HasTextRegex = new Regex($@"^\s*{Regex.Escape(row)}(?!\d)"), Visible = true });
        var found = rows.GetByRole(AriaRole.Button).Filter(new() { HasTextRegex = new Regex($@"^\s*{Regex.Escape(button)}\s*$"), Visible = true });
        await ThereAsync(found, $"“{button}” in the row of {row}");
        await PressAsync(found.First);
    }

    public async Task SetAsync(string name, string? panel, string value)
    {
        var scope = await ScopeAsync(panel);
        if (value.Contains('–', StringComparison.Ordinal))
        {
            await SetRangeAsync(name, value.Split('–'));
            return;
        }

        var field = await FieldAsync(name, scope);
        var isSetting = await field.EvaluateAsync<bool>("e => !!e.closest('[data-testid=settings]')");
        switch (await field.EvaluateAsync<string>("e => e.closest('.mud-select') ? 'list' : e.localName === 'select' ? 'select' : e.type === 'range' ? 'slider' : e.type === 'checkbox' ? 'check' : 'text'"))
        {
            case "select":
                await field.SelectOptionAsync(new SelectOptionValue { Label = await OptionAsync(field, value) });
                break;
            case "slider":
                await SlideAsync(field, int.Parse(value, CultureInfo.InvariantCulture));
                break;
            case "list":
                await field.ClickAsync();
                await ChooseFromListAsync(value);
                break;
            case "check":
                await field.SetCheckedAsync(value == "on");
                break;
            default:
                await field.FillAsync(value);
                await field.BlurAsync();
                break;
        }

        if (isSetting) await LookAsync(PendingAsync);
        await AppliedAsync();
    }

    /// <summary>Two fields under one label: the shortest and the longest. The one that makes room comes first, because neither may pass the other.</summary>
    private async Task SetRangeAsync(string name, string[] ends)
    {
        await ThereAsync(Page.GetByText(name, new() { Exact = true }), $"the label “{name}”");
        foreach (var (which, value) in new[] { ("Shortest", "0"), ("Longest", ends[1]), ("Shortest", ends[0]) })
        {
            var field = Page.GetByRole(AriaRole.Textbox, new() { NameRegex = new Regex($@"\b{which}\b", RegexOptions.IgnoreCase) })
                .Or(Page.GetByRole(AriaRole.Spinbutton, new() { NameRegex = new Regex($@"\b{which}\b", RegexOptions.IgnoreCase) }));
            await ThereAsync(field, $"the {which.ToLowerInvariant()} of “{name}”");
            await field.First.FillAsync(value);
            await field.First.BlurAsync();
            await LookAsync(PendingAsync);
            await AppliedAsync();
        }
    }

    private static async Task SlideAsync(ILocator slider, int value)
    {
        await slider.FocusAsync();
        await UntilAsync(async () =>
        {
            var now = int.Parse(await slider.InputValueAsync(), CultureInfo.InvariantCulture);
            if (now != value) await slider.PressAsync(now < value ? "ArrowRight" : "ArrowLeft");
            return now == value;
        }, LabPage.Patience, () => Task.FromResult($"the slider does not come to {value}"));
    }

    private static async Task<string> OptionAsync(ILocator select, string wanted)
    {
        string[] options = [.. (await select.Locator("option").AllTextContentsAsync()).Select(o => o.Trim())];
        return options.FirstOrDefault(o => o == wanted) ?? options.SingleOrDefault(o => o.Contains(wanted, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"there is no choice “{wanted}”, only {string.Join(", ", options)}");
    }

    /// <summary>A control that moved shows that it waits for the cluster; a reader waits too.</summary>
    private async Task AppliedAsync()
    {
        if (await _page.At("settings-pending").CountAsync() > 0) await _page.Expect("settings-pending").ToHaveAttributeAsync("data-pending", "false");
    }

    private async Task<bool> PendingAsync() => await _page.At("settings-pending").GetAttributeAsync("data-pending") == "true";

    public async Task OpenPageAsync(string name)
    {
        await (await ToPressAsync(name, Page.GetByRole(AriaRole.Navigation))).ClickAsync();
        await UntilAsync(async () => await Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).GetAttributeAsync("aria-current") == "page",
            LabPage.Patience, () => Task.FromResult($"the page “{name}” does not open"));
    }

    /// <summary>What is folded away; what is open already stays open.</summary>
    public async Task UnfoldAsync(string name, string? panel)
    {
        var scope = await ScopeAsync(panel);
        var summary = scope.Locator("summary, [aria-expanded]").Filter(new() { HasText = name, Visible = true });
        await ThereAsync(summary, $"what can be unfolded as “{name}”");
        if (!await summary.First.EvaluateAsync<bool>("e => e.parentElement.open === true || e.getAttribute('aria-expanded') === 'true'")) await summary.First.ClickAsync();
    }

    public async Task OpenFigureAsync(string name)
    {
        var button = Page.Locator("dl > div").Filter(new() { Has = Page.Locator("dt").Filter(new() { HasText = name }) }).GetByRole(AriaRole.Button);
        await ThereAsync(button, $"the figure “{name}”");
        await button.First.ClickAsync();
    }

    public async Task SelectNewestAsync(string list)
    {
        var row = (await PanelAsync(list)).GetByRole(AriaRole.Option).First;
        await ThereAsync(row, $"a row of {list}");
        await row.ClickAsync();
    }

    public async Task MoveAsync(string node, string side)
    {
        var piece = Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex($@"^{Regex.Escape(node)} is on ") });
        var target = Page.GetByRole(AriaRole.Group, new() { NameRegex = new Regex($"^{Regex.Escape(side)}$", RegexOptions.IgnoreCase) });
        await ThereAsync(piece, $"{node}, to be moved,");
        await ThereAsync(target, $"“{side}”");
        await piece.First.DragToAsync(target);
        await UntilAsync(async () => await target.GetByText(node).CountAsync() > 0, LabPage.Patience, () => Task.FromResult($"{node} does not come to {side}"));
    }

    /// <summary>A call of REST as the text has it; the text speaks of a lab on its usual port.</summary>
    public async Task RunAsync(string command)
    {
        var url = Url().Match(command);
        if (!command.StartsWith("curl ", StringComparison.Ordinal) || !url.Success) throw new InvalidOperationException($"“{command}” is no call of this lab with curl");
        using var http = new HttpClient();
        using var answer = await WhenFreeAsync(http, command, labUrl + url.Groups["path"].Value);
        var words = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{(int)answer.StatusCode}: {words}");
        // What it began goes on after the answer; a reader sees on the page when it is over.
        if (answer.StatusCode != HttpStatusCode.Accepted) return;
        var begun = $"{labUrl}{url.Groups["path"].Value}/{JsonElement.Parse(words).GetProperty("id").GetString()}";
        await UntilAsync(async () => JsonElement.Parse(await http.GetStringAsync(begun, TestContext.Current.CancellationToken)).GetProperty("state").GetString() != "running",
            LabPage.Patience, () => Task.FromResult($"{begun} does not end"));
    }

    /// <summary>Whoever is told that something is running waits until it ends, as the answer says, and calls again.</summary>
    private static async Task<HttpResponseMessage> WhenFreeAsync(HttpClient http, string command, string url)
    {
        HttpResponseMessage? answer = null;
        await UntilAsync(async () =>
        {
            answer?.Dispose();
            using var request = new HttpRequestMessage(new HttpMethod(Verb().Match(command) is { Success: true } verb ? verb.Groups["verb"].Value : "GET"), url);
            if (Body().Match(command) is { Success: true } body) request.Content = new StringContent(body.Groups["body"].Value, Encoding.UTF8, "application/json");
            answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            return answer.StatusCode != HttpStatusCode.Conflict;
        }, LabPage.Patience, () => Task.FromResult($"{url} is refused: the cluster does not become free"));
        return answer!;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:5080(?<path>/[^\s']*)")]
    private static partial Regex Url();

    [GeneratedRegex(@"-X (?<verb>[A-Z]+)")]
    private static partial Regex Verb();

    [GeneratedRegex(@"-d '(?<body>[^']*)'")]
    private static partial Regex Body();
}
