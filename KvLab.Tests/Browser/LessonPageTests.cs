using System.Globalization;
using KvLab.Web.Lessons;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>Every finished lesson, from its first prediction to its last answer, wrong ones first: predict, run, compare.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class LessonPageTests(LabInBrowser lab)
{
    private const int Right = 1, Wrong = 0;

    public static TheoryData<string, int, int> Finished
    {
        get
        {
            var all = new TheoryData<string, int, int>();
            foreach (var lesson in LessonLibrary.All.Where(l => l.State == LessonState.Finished))
            {
                all.Add(lesson.Name, 1366, 768);
                all.Add(lesson.Name, 390, 844);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Finished))]
    public async Task A_lesson_is_walked_from_its_first_prediction_to_its_last_answer(string name, int width, int height)
    {
        var lesson = LessonLibrary.Find(name)!;
        await using var page = await lab.OpenAsync($"/lessons/{name}", width, height);
        await page.MustBeAccessibleAsync($"{name}, new");
        var seed = await page.Page.EvaluateAsync<long>("() => JSON.parse(localStorage.getItem('kvlab.lesson-seed')).seed");
        var told = new LessonTold(lesson, LessonVariant.Draw(lesson, seed));
        foreach (var block in lesson.Blocks) await DoAsync(page, told, block);
        await page.MustBeAccessibleAsync($"{name}, done");
        await page.Expect($"lesson-{name}-progress").ToContainTextAsync("done");
        await page.At("lesson-text").EvaluateAsync("e => e.scrollTo(0, 0)");
        await page.ScreenshotAsync($"lesson-{name}-{width}");

        // What was done is there again, and what was predicted stays.
        await page.Page.ReloadAsync();
        await page.ReadyAsync();
        await page.Expect($"lesson-{name}-progress").ToContainTextAsync("done");
        foreach (var compare in lesson.Blocks.OfType<CompareBlock>()) await page.Expect($"compare-{compare.Name}").ToHaveAttributeAsync("data-shown", "true");
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), "The page is moved sideways.");
    }

    private static async Task DoAsync(LabPage page, LessonTold told, LessonBlock block)
    {
        switch (block)
        {
            case PredictBlock predict:
                // What is far from right: the end of what can be typed that is further from it.
                var (from, to) = (told.Variant.Work(predict.From), told.Variant.Work(predict.To));
                foreach (var (at, point) in told.PointsOf(predict).Index())
                    await page.FillAsync($"predict-{predict.Name}-{at + 1}", LessonVariant.Write(point.Exact - from > to - point.Exact ? from : to));
                if (told.Lesson.Blocks.OfType<RunBlock>().FirstOrDefault(r => told.NeedOf(r) == predict) is { } waits) await page.Expect($"run-{waits.Name}-closed").ToBeVisibleAsync();
                await page.ClickAsync($"predict-{predict.Name}-give");
                await page.Expect($"predict-{predict.Name}").ToHaveAttributeAsync("data-given", "true");
                break;
            case ChoiceBlock { Before: true } choice:
                await ChooseAsync(page, choice, Wrong);
                await page.ClickAsync($"choose-{choice.Name}-give");
                break;
            case ChoiceBlock choice:
                var wrong = await ChooseAsync(page, choice, Wrong);
                await page.Expect($"reply-{choice.Name}-{wrong + 1}").ToContainTextAsync("Not this.");
                await page.Expect($"choose-{choice.Name}").ToHaveAttributeAsync("data-right", "false");
                var right = await ChooseAsync(page, choice, Right);
                await page.Expect($"reply-{choice.Name}-{right + 1}").ToContainTextAsync("Right.");
                break;
            case RunBlock run:
                await page.Expect($"run-{run.Name}-real").ToBeEnabledAsync();
                await page.ClickAsync($"run-{run.Name}-simulate");
                await page.Expect($"run-{run.Name}").ToHaveAttributeAsync("data-state", "done");
                break;
            case CompareBlock compare:
                await page.Expect($"compare-{compare.Name}").ToHaveAttributeAsync("data-shown", "true");
                await page.Expect($"compare-{compare.Name}-reply").ToContainTextAsync("Not");
                if (compare.WithinPercent is null) break;
                await page.ClickAsync($"compare-{compare.Name}-report");
                await page.Expect($"compare-{compare.Name}-report").ToHaveTextAsync("Added");
                break;
        }
    }

    private static async Task<int> ChooseAsync(LabPage page, ChoiceBlock choice, int wanted)
    {
        var at = choice.Options.ToList().FindIndex(o => o.Right == (wanted == Right));
        await page.At($"choose-{choice.Name}").GetByRole(AriaRole.Radio).Nth(at).CheckAsync(new() { Force = true });
        return at;
    }

    [Fact]
    public async Task Another_seed_has_other_numbers_and_the_list_says_what_there_is()
    {
        await using var page = await lab.OpenAsync("/lessons");
        foreach (var lesson in LessonLibrary.All)
        {
            await page.Expect($"lesson-{lesson.Name}").ToContainTextAsync(lesson.Title);
            await page.Expect($"lesson-{lesson.Name}").ToContainTextAsync(lesson.Minutes.ToString(CultureInfo.InvariantCulture));
        }

        await page.MustBeAccessibleAsync("lessons");
        await page.Page.GotoAsync($"{lab.Url}/lessons/nothing");
        await page.Expect("lesson-missing").ToContainTextAsync("There is no lesson nothing.");
    }
}
