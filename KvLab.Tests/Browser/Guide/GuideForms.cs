using System.Globalization;
using System.Text.RegularExpressions;

namespace KvLab.Tests.Browser.Guide;

/// <param name="Example">As a text would say it.</param>
public sealed record GuideForm(GuideStepKind Kind, string Example, Regex Pattern, Func<GuideHands, Match, Task> RunAsync);

/// <summary>
/// Every form of sentence that a step may have, in one table: whoever writes a lab chooses from here, and a sentence of another form
/// fails. <c>N</c> is a name in bold, <c>T</c> a text in italics, <c>C</c> code.
/// </summary>
public static class GuideForms
{
    public static readonly IReadOnlyList<GuideForm> All =
    [
        Do("press **Write**", @"press N(?: in N2)?(?: (?<times>twice|[a-z]+ times))?", (hands, m) => hands.PressAsync(Name(m), Name2(m), Times(m))),
        Do("choose **naive** in **Settings**", @"choose N(?: in N2)?", (hands, m) => hands.PressAsync(Name(m), Name2(m), 1)),
        Do("choose **Kill** in the menu of **follower-4**", @"choose N in the menu of (?<link>the link to )?N2", (hands, m) => hands.ChooseInMenuAsync(Name(m), Name2(m)!, m.Groups["link"].Success)),
        Do("press **Freeze** in the row of **follower-1**", @"press N in the row of N2", (hands, m) => hands.PressInRowAsync(Name(m), Name2(m)!)),
        Do("set **Write quorum** to 3", @"set N(?: in N2)? to (?:(?<value>[-0-9.]+(?:–[0-9.]+)?)|T|C)", (hands, m) => hands.SetAsync(Name(m), Name2(m), Value(m))),
        Do("open the page **Faults**", @"open the page N", (hands, m) => hands.OpenPageAsync(Name(m))),
        Do("open **Advanced** in **Settings**", @"open N(?: in N2)?", (hands, m) => hands.UnfoldAsync(Name(m), Name2(m))),
        Do("open the figure **settings before**", @"open the figure N", (hands, m) => hands.OpenFigureAsync(Name(m))),
        Do("select the newest row of **Writes**", @"select the newest row of N", (hands, m) => hands.SelectNewestAsync(Name(m))),
        Do("move **follower-4** to **the other side**", @"move N to N2", (hands, m) => hands.MoveAsync(Name(m), Name2(m)!)),
        Do("run `curl …`", @"run C", (hands, m) => hands.RunAsync(m.Groups["code"].Value)),

        See("**Lab** shows *Converged*", @"N shows T(?: (?<or>or|and) T2)?", (hands, m) => hands.ShowsAsync(Name(m), Text(m), Text2(m), m.Groups["or"].Value == "or")),
        See("**Writes** shows a row with *3/3 acks*", @"N shows a row with T", (hands, m) => hands.ShowsRowAsync(Name(m), Text(m))),
        See("the dialog says *Converged*", @"the dialog says T", (hands, m) => hands.DialogSaysAsync(Text(m))),
        See("the top bar says *6/6 nodes*", @"the top bar says T", (hands, m) => hands.TopBarSaysAsync(Text(m))),
        See("the figure **mean of 100** has a value", @"the figure N has a value", (hands, m) => hands.FigureHasValueAsync(Name(m))),
        See("a cell of **Replicas** is *behind*", @"(?<no>no|a) cell of N is T", (hands, m) => hands.CellIsAsync(Name(m), Text(m), m.Groups["no"].Value == "a")),
        See("look at **Map**: a dot leaves the leader …", @"look at N(?:.*)", (hands, m) => hands.IsThereAsync(Name(m))),
        See("look at the dialog: …", @"look at the dialog(?:.*)", (hands, _) => hands.DialogIsThereAsync()),
    ];

    /// <summary>A clause is of one form, or of none. "wait until" makes something to do of anything that can be seen.</summary>
    /// <returns>Null: no form is like it.</returns>
    public static (GuideForm Form, Match Match)? Of(GuideStepKind kind, string clause)
    {
        if (kind == GuideStepKind.Do && clause.StartsWith(WaitUntil, StringComparison.Ordinal)) return Of(GuideStepKind.See, clause[WaitUntil.Length..]);
        foreach (var form in All.Where(f => f.Kind == kind))
        {
            if (form.Pattern.Match(clause) is { Success: true } match) return (form, match);
        }

        return null;
    }

    private const string WaitUntil = "wait until ";

    private static readonly string[] Numbers = ["once", "twice", "three times", "four times", "five times"];

    private static GuideForm Do(string example, string pattern, Func<GuideHands, Match, Task> run) => new(GuideStepKind.Do, example, Spelt(pattern), run);

    private static GuideForm See(string example, string pattern, Func<GuideHands, Match, Task> run) => new(GuideStepKind.See, example, Spelt(pattern), run);

    private static Regex Spelt(string pattern) => new("^" + Regex.Replace(pattern, @"\b(?:N2|T2|N|T|C)\b", m => m.Value switch
    {
        "N" => @"\*\*(?<name>[^*]+)\*\*",
        "N2" => @"\*\*(?<name2>[^*]+)\*\*",
        "T" => @"\*(?<text>[^*]+)\*",
        "T2" => @"\*(?<text2>[^*]+)\*",
        _ => "`(?<code>[^`]+)`",
    }) + "$", RegexOptions.CultureInvariant);

    private static string Name(Match m) => m.Groups["name"].Value;
    private static string? Name2(Match m) => m.Groups["name2"] is { Success: true } name ? name.Value : null;
    private static string Text(Match m) => m.Groups["text"].Value;
    private static string? Text2(Match m) => m.Groups["text2"] is { Success: true } text ? text.Value : null;

    private static string Value(Match m) => new[] { "value", "text", "code" }.Select(g => m.Groups[g]).First(g => g.Success).Value;

    private static int Times(Match m) => m.Groups["times"] is not { Success: true } times ? 1
        : Array.IndexOf(Numbers, times.Value) is var index and >= 0 ? index + 1
        : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"“{times.Value}” is no number that the forms know: {string.Join(", ", Numbers)}."));
}
