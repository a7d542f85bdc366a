using KvLab.Core.Analysis;
using KvLab.Core.Replays;
using KvLab.Core.Settings;
using KvLab.Web.Api.Requests;
using KvLab.Web.Problems;
using KvLab.Web.Replays;

namespace KvLab.Web.Api;

/// <summary>What was so at a moment of a recording, in the same records as what is so now.</summary>
internal static class ReplayEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/recordings/{id}/state", State).WithTags("Recordings").Produces<PastState>().Refuses(404)
        .WithSummary("The state at a moment, as the dashboard knew it then: cluster in the form of GET /api/cluster, convergence in that of GET /api/convergence. "
            + "at: ms since the recording began, as the page's address has it, or a time as ISO 8601; default its end.");

    private static PastState State(string id, HttpRequest request, IRecordedStreams recordings)
    {
        var query = new StrictQuery(request, "at");
        var at = query.Moment("at");
        query.ThrowIfWrong();
        using var recording = recordings.Find(id);
        var stream = recording.Stream;
        if (stream.First is not { } first || stream.Last is not { } last) throw new CommandException(StatusCodes.Status404NotFound, "Nothing is recorded yet.");
        var replay = new Replay(stream);
        replay.GoTo(at?.ObserverMs(first) ?? last.Ms);
        var snapshot = replay.Look();
        return new PastState(recording.Id, first.Utc.AddMilliseconds(replay.At.Ms - first.Ms), replay.At.Ms - first.Ms, ClusterAnswer.Of(snapshot, supervised: true, lease: null), PastConvergence.Of(snapshot));
    }
}

/// <param name="At">When the dashboard learnt the last of what this says.</param>
/// <param name="Ms">The same since the recording began.</param>
public sealed record PastState(string Recording, DateTimeOffset At, long Ms, ClusterAnswer Cluster, ConvergenceReport Convergence);
