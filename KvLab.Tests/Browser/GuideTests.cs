using KvLab.Tests.Browser.Guide;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>The tour of README.md and every lab of docs/lab-guide.md, done as they are written: a text that no longer fits the page fails here, with its line.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class GuideTests(LabInBrowser lab)
{
    private const string Guide = "docs/lab-guide.md";

    public static TheoryData<string> Labs => [.. Read().Select(l => l.Name)];

    [Theory, MemberData(nameof(Labs))]
    public async Task A_reader_can_do_it_as_it_is_written(string name)
    {
        await using var page = await lab.OpenAsync();
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

    private static IEnumerable<GuideLab> Read() =>
        [.. GuideText.Read("README.md").Where(l => l.Title == GuideText.Tour), .. GuideText.Read(Guide).Where(l => l.Title != GuideText.Before)];
}
