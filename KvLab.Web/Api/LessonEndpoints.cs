using System.Text;
using KvLab.Web.Api.Requests;
using KvLab.Web.Lessons;

namespace KvLab.Web.Api;

/// <summary>Lessons for scripts: the list, and one with the numbers of a seed.</summary>
internal static class LessonEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var lessons = routes.MapGroup("/api/lessons").WithTags("Lessons");
        lessons.MapGet("", (LessonBook book) => book.Read().Lessons.Select(LessonAnswer.Of)).Produces<IReadOnlyList<LessonAnswer>>().WithSummary("The lessons in the order in which one builds on the other.");
        routes.MapGet("/api/lessons.html", Sheet).WithTags("Lessons").Produces<string>(200, "text/html").Refuses(400).WithSummary("All lessons as one page for paper, with lines to write on. seed (default 1) draws the numbers.");
        lessons.MapGet("/{name}", Whole).Produces<LessonWhole>().Refuses(400, 404)
            .WithSummary("One lesson, block by block. seed (default 1) draws its numbers; which answer is right is not told. The text of a run is a story for POST /api/scenarios.");
    }

    private static LessonWhole Whole(string name, HttpRequest request, LessonBook book)
    {
        var seed = SeedOf(request);
        return LessonWhole.Of(book.Require(name), seed);
    }

    private static IResult Sheet(HttpRequest request, LessonBook book)
    {
        var seed = SeedOf(request);
        return Results.Content(LessonSheet.Of("KvLab: lessons", $"Numbers of seed {seed}", book.Read().Lessons.Select(l => new LessonTold(l, LessonVariant.Draw(l, seed))), _ => null), "text/html", Encoding.UTF8);
    }

    private static long SeedOf(HttpRequest request)
    {
        var query = new StrictQuery(request, "seed");
        var seed = query.Whole("seed") ?? 1;
        query.ThrowIfWrong();
        return seed;
    }
}
