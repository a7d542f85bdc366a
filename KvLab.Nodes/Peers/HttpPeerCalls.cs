using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Endpoints;
using KvLab.Nodes.Transport;

namespace KvLab.Nodes.Peers;

/// <summary>Asks real nodes; <see cref="PeerEndpoints"/> answers.</summary>
internal sealed class HttpPeerCalls(ClusterHttp http, CallTrace? carried = null) : IPeerCalls
{
    public IPeerCalls Traced(CallTrace trace) => new HttpPeerCalls(http, trace);

    public Task<PeerState> StateAsync(Peer peer, CancellationToken cancellation) => ExchangeAsync(peer, Get(peer, PeerPaths.State), async response =>
    {
        var state = await ReadAsync(response, PeerJson.Default.StateMessage, cancellation);
        return new PeerState(state.Node, state.Incarnation, state.Leads, PeerRules.Seen(state.Epoch, state.Version), state.Unconfirmed, state.Remembers, state.SmallestQuorum);
    }, cancellation);

    public Task<SealAnswer> SealAsync(Peer peer, long epoch, long leadership, CancellationToken cancellation) =>
        ExchangeAsync(peer, Post(peer, PeerPaths.Seal, new SealRequest(epoch, leadership), PeerJson.Default.SealRequest), async response =>
        {
            var answer = await ReadAsync(response, PeerJson.Default.SealResult, cancellation);
            return new SealAnswer(answer.Accepted, PeerRules.Seen(answer.Epoch, answer.Version));
        }, cancellation);

    public Task NoteAsync(Peer peer, LeaderNote note, CancellationToken cancellation) =>
        PostAsync(peer, PeerPaths.Note, note, PeerJson.Default.LeaderNote, PeerJson.Default.NoteResult, cancellation);

    public Task<ulong[]> DigestAsync(Peer peer, CancellationToken cancellation) =>
        ExchangeAsync(peer, Get(peer, PeerPaths.Digest), async r => PeerRules.OfLength(await ReadAsync(r, PeerJson.Default.UInt64Array, cancellation), ReplicaDigest.Branches), cancellation);

    public Task<ulong[]> LeavesAsync(Peer peer, IReadOnlyList<int> branches, CancellationToken cancellation) => ExchangeAsync(
        peer, Post(peer, PeerPaths.Digest, [.. branches], PeerJson.Default.Int32Array),
        async r => PeerRules.OfLength(await ReadAsync(r, PeerJson.Default.UInt64Array, cancellation), branches.Count * ReplicaDigest.LeavesPerBranch), cancellation);

    public Task<IReadOnlyDictionary<string, EntryVersion>> VersionsAsync(Peer peer, IReadOnlyList<int> leaves, CancellationToken cancellation) => ExchangeAsync(
        peer, Post(peer, PeerPaths.Versions, [.. leaves], PeerJson.Default.Int32Array),
        async r => PeerRules.ByKey(await ReadAsync(r, PeerJson.Default.WireVersionArray, cancellation)), cancellation);

    public Task<IReadOnlyList<Entry>> EntriesAsync(Peer peer, IReadOnlyList<string> keys, CancellationToken cancellation) => ExchangeAsync(
        peer, Post(peer, PeerPaths.Entries, [.. keys], PeerJson.Default.StringArray),
        async r => PeerRules.Entries(await ReadAsync(r, PeerJson.Default.WireEntryArray, cancellation)), cancellation);

    public Task<IReadOnlyDictionary<string, EntryVersion>> UnconfirmedAsync(Peer peer, CancellationToken cancellation) =>
        ExchangeAsync(peer, Get(peer, PeerPaths.Unconfirmed), async r => PeerRules.ByKey(await ReadAsync(r, PeerJson.Default.WireVersionArray, cancellation)), cancellation);

    public Task DecideAsync(Peer peer, long epoch, IReadOnlyList<RollBack> rollBacks, CancellationToken cancellation) => PostAsync(
        peer, PeerPaths.Decide, new DecideRequest(epoch, [.. rollBacks.Select(WireRollBack.Of)]), PeerJson.Default.DecideRequest, PeerJson.Default.DecideResult, cancellation);

    public Task RemoveAsync(Peer peer, long epoch, long leadership, IReadOnlyDictionary<string, EntryVersion> versions, CancellationToken cancellation) => PostAsync(
        peer, PeerPaths.Remove, new RemoveRequest(epoch, leadership, [.. versions.Select(v => WireVersion.Of(v.Key, v.Value))]),
        PeerJson.Default.RemoveRequest, PeerJson.Default.RemoveResult, cancellation);

    public Task<ReplicaDump> DumpAsync(Peer peer, CancellationToken cancellation) => ExchangeAsync(peer, new HttpRequestMessage(HttpMethod.Get, peer.Url + ReadEndpoints.DumpPath), async response =>
    {
        using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellation), Deep, cancellation);
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        foreach (var e in document.RootElement.EnumerateObject())
        {
            var version = PeerRules.Written(e.Value.GetProperty("epoch").GetInt64(), e.Value.GetProperty("version").GetInt64());
            if (!entries.TryAdd(PeerRules.Key(e.Name), new Entry(e.Name, JsonText.From(e.Value.GetProperty("value")), version))) throw new JsonException("It holds a key twice.");
        }

        return new ReplicaDump(peer.Id, entries, PeerRules.Seen(Header(response, ReadEndpoints.EpochHeader), Header(response, ReadEndpoints.LastVersionHeader)));
    }, cancellation);

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = InputRules.DeepestAnswer };

    private static long Header(HttpResponseMessage response, string name) =>
        !response.Headers.TryGetValues(name, out var values) ? 0
        : long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new JsonException($"Its header {name} is not a number.");

    private static HttpRequestMessage Get(Peer peer, string path) => new(HttpMethod.Get, peer.Url + path);

    private static HttpRequestMessage Post<T>(Peer peer, string path, T body, JsonTypeInfo<T> type) => new(HttpMethod.Post, peer.Url + path) { Content = JsonContent.Create(body, type) };

    private Task<TAnswer> PostAsync<T, TAnswer>(
        Peer peer, string path, T body, JsonTypeInfo<T> type, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellation) => ExchangeAsync(
        peer, Post(peer, path, body, type), response => ReadAsync(response, answerType, cancellation), cancellation);

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        await response.Content.ReadFromJsonAsync(type, cancellation) ?? throw new JsonException("The answer is null.");

    private async Task<T> ExchangeAsync<T>(Peer peer, HttpRequestMessage request, Func<HttpResponseMessage, Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            using (request)
            {
                if (carried is not null) CallTracing.Carry(carried, request);
                using var response = await http.SendAsync(request, cancellation);
                if (carried is not null) CallTracing.Note(response, carried);
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
