using KvLab.Tests.Browser.Guide;
using KvLab.Web.Commands;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>The tour of README.md and every lab of docs/lab-guide.md, done as they are written: a text that no longer fits the page fails here, with its line.</summary>
[Trait("Category", "Browser")]
[Collection(GuideReaders.Name)]
public sealed class GuideTests(LabInBrowser lab)
{
    private const string Guide = "docs/lab-guide.md";

    /// <summary>For whoever is writing one of them: <c>KVLAB_GUIDE="4. "</c> does only the texts in whose name that stands.</summary>
    private static readonly string Only = Environment.GetEnvironmentVariable("KVLAB_GUIDE") ?? "";

    public static TheoryData<string> Labs => [.. Read().Select(l => l.Name).Where(n => n.Contains(Only, StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Labs))]
    public async Task A_reader_can_do_it_as_it_is_written(string name)
    {
        await using var page = await lab.OpenAsync();
        using var over = new Ending(lab);
        var hands = new GuideHands(page, lab.Url);
        var before = GuideText.Read(Guide).Single(l => l.Title == GuideText.Before);
        foreach (var step in before.Steps.Concat(Read().Single(l => l.Name == name).Steps))
        {
            foreach (var clause in step.Kind == GuideStepKind.Question ? [] : GuideText.Clauses(step.Text))
            {
                try
                {
                    var (form, match) = GuideForms.Of(step.Kind, clause) ?? throw new InvalidOperationException("no form is like it");
                    await form.RunAsync(hands, match);
                }
                catch (Exception e)
                {
                    await page.ScreenshotAsync($"guide-{Path.GetFileNameWithoutExtension(step.File)}-{step.Line}");
                    throw new InvalidOperationException($"{step.File}:{step.Line}: “{clause}”: {e.Message}", e);
                }
            }
        }
    }

    /// <summary>A text that fails in the middle leaves nothing that writes behind.</summary>
    private sealed class Ending(LabInBrowser lab) : IDisposable
    {
        public void Dispose()
        {
            foreach (var burst in lab.Commands.Bursts.Where(b => b.State == BurstState.Running)) lab.Commands.CancelBurst(burst.Id);
        }
    }

    private static IEnumerable<GuideLab> Read() =>
        [.. GuideText.Read("README.md").Where(l => l.Title == GuideText.Tour), .. GuideText.Read(Guide).Where(l => l.Title != GuideText.Before)];
}
