using System.Text.Json;
using KvLab.Core.Analysis;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Endpoints;

namespace KvLab.Nodes.Transport;

/// <summary>Asks all followers at once for everything they hold, as a starting leader must.</summary>
internal sealed class FollowerDumps(ClusterHttp http, TimeProvider time)
{
    // A cluster starts all its nodes together, the leader first or last: a follower that refuses is probably about to listen.
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(25);

    /// <returns>One dump per follower, in order; without entries where none came in time.</returns>
    public async Task<IReadOnlyList<ReplicaDump>> AskAsync(IReadOnlyList<Peer> followers, TimeSpan timeout, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        var dumps = await Task.WhenAll(followers.Select(f => AskAsync(f, deadline.Token)));
        cancellation.ThrowIfCancellationRequested();
        return dumps;
    }

    private async Task<ReplicaDump> AskAsync(Peer follower, CancellationToken deadline)
    {
        while (true)
        {
            try
            {
                return await AskOnceAsync(follower, deadline);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException or FormatException or OperationCanceledException)
            {
                if (deadline.IsCancellationRequested) return new ReplicaDump(follower.Id, null);
            }

            try
            {
                await Task.Delay(RetryPause, time, deadline);
            }
            catch (OperationCanceledException)
            {
                return new ReplicaDump(follower.Id, null);
            }
        }
    }

    /// <exception cref="HttpRequestException">It does not answer.</exception>
    public async Task<ReplicaDump> AskOnceAsync(Peer follower, CancellationToken deadline)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, follower.Url + ReadEndpoints.DumpPath);
        using var response = await http.SendAsync(request, deadline);
        response.EnsureSuccessStatusCode();
        using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(deadline), default, deadline);
        var entries = document.RootElement.EnumerateObject().ToDictionary(
            e => e.Name,
            e => new Entry(e.Name, JsonText.From(e.Value.GetProperty("value")),
                new EntryVersion(e.Value.GetProperty("epoch").GetInt64(), e.Value.GetProperty("version").GetInt64())),
            StringComparer.Ordinal);
        return new ReplicaDump(follower.Id, entries,
            new EntryVersion(Header(response, ReadEndpoints.EpochHeader), Header(response, ReadEndpoints.LastVersionHeader)));
    }

    private static long Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? long.Parse(values.First()) : 0;
}
