using KvLab.Core.Settings;
using KvLab.Web.Api.Requests;
using KvLab.Web.Pictures;
using KvLab.Web.Problems;

namespace KvLab.Web.Api;

/// <summary>Pictures for reports: what the button <em>Add to report</em> puts aside, and what a script does.</summary>
internal static class PictureEndpoints
{
    private const string FileType = "image/png";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/pictures").WithTags("Pictures");
        api.MapGet("", (PictureStore pictures) => pictures.List()).Produces<IReadOnlyList<Picture>>().WithSummary($"Pictures that were put aside for reports, newest first; at most {PictureStore.Most}.");
        api.MapPost("", AddAsync).Accepts<IFormFile>(FileType).Produces<Picture>(201).Refuses(409, 413, 415, 503, 507)
            .WithSummary($"Adds a picture: the body is a PNG file of at most {PictureRules.LargestPng} bytes. kind: map, diagram or writes; caption; link: the address that shows the same again.");
        api.MapGet("/{id}.png", (string id, PictureStore pictures) => Results.File(Find(pictures, id).Png, FileType)).Produces(200, contentType: FileType).Refuses(404);
        api.MapGet("/{id}", (string id, PictureStore pictures) => Find(pictures, id).Picture).Produces<Picture>().Refuses(404);
        api.MapPut("/{id}/table", SetTableAsync).Accepts<PictureTable>("application/json").Produces<Picture>().Refuses(404, 503, 507)
            .WithSummary($"What is in the picture, as a table: columns (at most {PictureRules.MostColumns}), and rows, each {{\"cells\": […]}} (at most {PictureRules.MostRows}).");
        api.MapDelete("/{id}", Remove).Produces(204).Refuses(404, 503, 507);
    }

    private static async Task<IResult> AddAsync(HttpRequest request, PictureStore pictures, CancellationToken cancellation)
    {
        var query = new StrictQuery(request, "kind", "caption", "link");
        var (kind, caption, link) = (query.Named<PictureKind>("kind") ?? PictureKind.Map, query.Text("caption") ?? "", query.Text("link"));
        query.ThrowIfWrong();
        if (request.ContentType?.Split(';')[0].Trim() != FileType) throw new CommandException(415, $"The body must be {FileType}.");
        if (request.ContentLength > PictureRules.LargestPng) throw TooLarge();
        using var bytes = new MemoryStream((int)(request.ContentLength ?? 0));
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellation)) > 0)
        {
            bytes.Write(chunk, 0, read);
            if (bytes.Length > PictureRules.LargestPng) throw TooLarge();
        }

        var added = pictures.Add(kind, caption, link, PictureTable.None, bytes.ToArray());
        return Results.Created($"{request.PathBase}/api/pictures/{added.Id}", added);
    }

    private static CommandException TooLarge() => new(413, $"The picture must have at most {PictureRules.LargestPng} bytes.");

    private static async Task<Picture> SetTableAsync(string id, HttpRequest request, PictureStore pictures) => pictures.SetTable(id, await StrictBody.ReadAsync(request, ReadTable));

    private static PictureTable ReadTable(JsonFields fields)
    {
        fields.AllowOnly("columns", "rows");
        if (!fields.Has("columns")) fields.Add("columns", "is missing.");
        return new PictureTable(fields.Texts("columns") ?? [], [.. fields.RequiredObjects("rows").Select(row =>
        {
            row.AllowOnly("cells");
            if (!row.Has("cells")) row.Add("cells", "is missing.");
            return row.Texts("cells") ?? [];
        })]);
    }

    private static IResult Remove(string id, PictureStore pictures)
    {
        pictures.Remove(id);
        return Results.NoContent();
    }

    private static PictureFile Find(PictureStore pictures, string id) => pictures.Find(id) ?? throw PictureStore.Missing(id);
}
