using KvLab.Core.Configuration;
using KvLab.Core.Replication;
using KvLab.Web.Api.Requests;
using KvLab.Web.Reads;

namespace KvLab.Web.Api;

/// <summary>Reading, and how stale what was read was.</summary>
internal static class ReadEndpoints
{
    private const int StandardLimit = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/reads").WithTags("Reads");
        api.MapPost("", ReadAsync).Accepts<ReadRequest>("application/json").Produces<ReadRow>().Refuses(413, 503)
            .WithSummary("Reads a key from one node (\"from\": a node's id, or random, which is the default) or from \"r\" randomly chosen followers, drawn anew each time; the newest answer is taken. "
                + "Says how many promised writes it missed, and for how many ms it had been out of date when the read began. \"reader\": a name; reads of one reader that go backwards are reported.");
        api.MapGet("", Reads).Produces<IReadOnlyList<ReadRow>>().Refuses().WithSummary($"The latest reads, newest first. key and reader restrict them; limit: 1 … {ReadBook.MostRows}, default {StandardLimit}.");
        api.MapGet("/figures", (ReadBook book) => book.Figures).Produces<IReadOnlyList<ReadFigures>>()
            .WithSummary("Reads since the last reset, by node or R and by W: how many were stale, and how far behind. In naive mode stale reads are counted separately, as wrong.");
    }

    private static async Task<ReadRow> ReadAsync(HttpRequest request, IReads reads, CancellationToken cancellation)
    {
        var read = await StrictBody.ReadAsync(request, fields =>
        {
            fields.AllowOnly("key", "from", "r", "reader");
            var wanted = new ReadRequest(fields.Key(), fields.Text("from"), (int?)fields.Long("r", 1, QuorumTracker.MaxFollowers), fields.Text("reader") ?? ReadRequest.Anybody);
            if (InputRules.CheckKey(wanted.Reader, "reader") is { } sentence) fields.Add("reader", sentence["reader ".Length..]);
            return wanted;
        });
        return await reads.ReadAsync(read, cancellation);
    }

    private static IEnumerable<ReadRow> Reads(HttpRequest request, ReadBook book)
    {
        var query = new StrictQuery(request, "key", "reader", "limit");
        var (key, reader) = (query.Text("key"), query.Text("reader"));
        var limit = query.Int("limit", StandardLimit, 1, ReadBook.MostRows);
        query.ThrowIfWrong();
        return book.Rows.Where(r => (key is null || r.Key == key) && (reader is null || r.Reader == reader)).Take(limit);
    }
}
