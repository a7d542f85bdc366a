using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Endpoints;
using KvLab.Nodes.Transport;

namespace KvLab.Nodes.Peers;

/// <summary>Asks real nodes; <see cref="PeerEndpoints"/> answers.</summary>
internal sealed class HttpPeerCalls(ClusterHttp http) : IPeerCalls
{
    public async Task<PeerState> StateAsync(Peer peer, CancellationToken cancellation)
    {
        var state = await GetAsync(peer, PeerPaths.State, PeerJson.Default.StateMessage, cancellation);
        return new PeerState(state.Node, state.Incarnation, state.Leads, new EntryVersion(state.Epoch, state.Version), state.Unconfirmed, state.Remembers, state.SmallestQuorum);
    }

    public Task NoteAsync(Peer peer, LeaderNote note, CancellationToken cancellation) =>
        PostAsync(peer, PeerPaths.Note, note, PeerJson.Default.LeaderNote, PeerJson.Default.NoteResult, cancellation);

    public async Task<SealAnswer> SealAsync(Peer peer, long epoch, long leadership, CancellationToken cancellation)
    {
        var answer = await PostAsync(peer, PeerPaths.Seal, new SealRequest(epoch, leadership), PeerJson.Default.SealRequest, PeerJson.Default.SealResult, cancellation);
        return new SealAnswer(answer.Accepted, new EntryVersion(answer.Epoch, answer.Version));
    }

    public Task<ulong[]> DigestAsync(Peer peer, CancellationToken cancellation) => GetAsync(peer, PeerPaths.Digest, PeerJson.Default.UInt64Array, cancellation);

    public Task<ulong[]> LeavesAsync(Peer peer, IReadOnlyList<int> branches, CancellationToken cancellation) =>
        PostAsync(peer, PeerPaths.Digest, [.. branches], PeerJson.Default.Int32Array, PeerJson.Default.UInt64Array, cancellation);

    public async Task<IReadOnlyDictionary<string, EntryVersion>> VersionsAsync(Peer peer, IReadOnlyList<int> leaves, CancellationToken cancellation) =>
        ByKey(await PostAsync(peer, PeerPaths.Versions, [.. leaves], PeerJson.Default.Int32Array, PeerJson.Default.WireVersionArray, cancellation));

    public async Task<IReadOnlyList<Entry>> EntriesAsync(Peer peer, IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        var entries = await PostAsync(peer, PeerPaths.Entries, [.. keys], PeerJson.Default.StringArray, PeerJson.Default.WireEntryArray, cancellation);
        return [.. entries.Select(e => e.ToEntry())];
    }

    public async Task<IReadOnlyDictionary<string, EntryVersion>> UnconfirmedAsync(Peer peer, CancellationToken cancellation) =>
        ByKey(await GetAsync(peer, PeerPaths.Unconfirmed, PeerJson.Default.WireVersionArray, cancellation));

    public Task DecideAsync(Peer peer, long epoch, IReadOnlyList<RollBack> rollBacks, CancellationToken cancellation) => PostAsync(
        peer, PeerPaths.Decide, new DecideRequest(epoch, [.. rollBacks.Select(WireRollBack.Of)]), PeerJson.Default.DecideRequest, PeerJson.Default.DecideResult, cancellation);

    public Task<ReplicaDump> DumpAsync(Peer peer, CancellationToken cancellation) => ExchangeAsync(peer, new HttpRequestMessage(HttpMethod.Get, peer.Url + ReadEndpoints.DumpPath), async response =>
    {
        using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellation), default, cancellation);
        var entries = document.RootElement.EnumerateObject().ToDictionary(
            e => e.Name,
            e => new Entry(e.Name, JsonText.From(e.Value.GetProperty("value")),
                new EntryVersion(e.Value.GetProperty("epoch").GetInt64(), e.Value.GetProperty("version").GetInt64())),
            StringComparer.Ordinal);
        return new ReplicaDump(peer.Id, entries, new EntryVersion(Header(response, ReadEndpoints.EpochHeader), Header(response, ReadEndpoints.LastVersionHeader)));
    }, cancellation);

    private static long Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? long.Parse(values.First()) : 0;

    private static Dictionary<string, EntryVersion> ByKey(WireVersion[] versions) => versions.ToDictionary(v => v.Key, v => v.ToVersion(), StringComparer.Ordinal);

    private Task<T> GetAsync<T>(Peer peer, string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        ExchangeAsync(peer, new HttpRequestMessage(HttpMethod.Get, peer.Url + path), response => ReadAsync(response, type, cancellation), cancellation);

    private Task<TAnswer> PostAsync<T, TAnswer>(
        Peer peer, string path, T body, JsonTypeInfo<T> type, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellation) => ExchangeAsync(
        peer, new HttpRequestMessage(HttpMethod.Post, peer.Url + path) { Content = JsonContent.Create(body, type) },
        response => ReadAsync(response, answerType, cancellation), cancellation);

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        await response.Content.ReadFromJsonAsync(type, cancellation) ?? throw new JsonException("The answer is null.");

    private async Task<T> ExchangeAsync<T>(Peer peer, HttpRequestMessage request, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            using (request)
            {
                using var response = await http.SendAsync(request, cancellation);
                if (response.StatusCode != HttpStatusCode.OK)
                    throw new TransportException(TransportFailure.Error, $"{peer.Id} at {peer.Url} answered {(int)response.StatusCode} to {request.RequestUri!.AbsolutePath}.");
                return await read(response);
            }
        }
        catch (HttpRequestException failure)
        {
            throw ClusterHttp.NotReached(peer, failure);
        }
        catch (Exception failure) when (failure is IOException or JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw new TransportException(TransportFailure.Error, $"{peer.Id} at {peer.Url} gave no proper answer: {failure.Message}", failure);
        }
    }
}
