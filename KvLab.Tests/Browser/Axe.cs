using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace KvLab.Tests.Browser;

/// <summary>axe-core on a page: WCAG A and AA, 2.0 to 2.2, and its best practices.</summary>
internal static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>
    /// What it finds, a sentence each. In the page itself, and only the findings come back: Deque's own driver opens a second page for every look and hands everything through it.
    /// What fades over is waited for: half way the ink of a button is that of one state and its ground that of the other. What begins to fade while axe looks cannot be waited for, so what
    /// is found counts if its rule is broken again: what is wrong at rest is.
    /// Frames are not looked into: the only one is the preview of a report, which runs no scripts.
    /// </summary>
    public static async Task<string[]> LookAsync(IPage page)
    {
        var found = await LookOnceAsync(page);
        if (found.Length == 0) return found;
        await Task.Delay(1000);
        // By its rule: a list that goes on has other rows by now.
        return [.. (await LookOnceAsync(page)).Where(again => found.Any(before => RuleOf(before) == RuleOf(again)))];

        static string RuleOf(string finding) => finding[..finding.IndexOf(' ', StringComparison.Ordinal)];
    }

    private static async Task<string[]> LookOnceAsync(IPage page)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window")) await page.EvaluateAsync(Script);
        return await page.EvaluateAsync<string[]>("""
            async () => {
              const frame = () => new Promise(done => requestAnimationFrame(done));
              await frame();
              await Promise.allSettled(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime < 5000).map(a => a.finished));
              await frame();
              const result = await axe.run(document, {
                iframes: false, resultTypes: ['violations'], rules: { 'no-autoplay-audio': { enabled: document.querySelector('audio, video') !== null } },
                runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
              });
              return result.violations.map(v => `${v.id} (${v.help}): ${v.nodes.slice(0, 3).map(n => `${n.html} ${n.any[0]?.message ?? ''}`).join(' | ')}`);
            }
            """);
    }
}
