using System.Net;
using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Reading;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Timing;

namespace KvLab.Web.NodeCalls;

/// <summary>The nodes' REST calls. What a node refuses, and a node that does not answer, becomes a <see cref="CommandException"/>.</summary>
internal sealed class NodeClient : IDisposable
{
    /// <summary>For calls that a healthy node answers at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly ClientOutcomes _outcomes;

    private readonly TimeProvider _time;
    private readonly PromisedWrites? _promised;

    /// <param name="promised">Is told of every success before its client is.</param>
    public NodeClient(ClusterOptions options, ClientOutcomes outcomes, TimeProvider time, PromisedWrites? promised = null)
    {
        (_outcomes, _time, _promised) = (outcomes, time, promised);
        _http = new HttpClient(new SocketsHttpHandler
        {
            // Nodes are on this machine or beside it; a proxy in the environment is for the world outside.
            UseProxy = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        if (options.Token is not null) _http.DefaultRequestHeaders.Add(TelemetryContract.TokenHeader, options.Token);
    }

    public static CommandException UnknownNode(string id, NodeDirectory directory)
    {
        string?[] known = [directory.Leader?.Id, .. directory.Followers.Select(f => f.Id)];
        var names = string.Join(", ", known.Where(k => k is not null));
        return new CommandException(StatusCodes.Status404NotFound, $"There is no node {id}; {(names.Length == 0 ? "none is known yet" : $"the nodes are {names}")}.");
    }

    public Task<LiveSettings> GetConfigAsync(NodeAddress leader, CancellationToken cancellation) =>
        SendAsync<LiveSettings>(HttpMethod.Get, leader, "/config", null, Patience, cancellation);

    public Task<LiveSettings> PatchConfigAsync(NodeAddress node, LiveSettingsPatch patch, CancellationToken cancellation) =>
        SendAsync<LiveSettings>(HttpMethod.Patch, node, "/config", patch, Patience, cancellation);

    /// <summary>Also a node that is not ready answers this.</summary>
    public Task<NodeHealth> HealthAsync(NodeAddress node, CancellationToken cancellation, TimeSpan? patience = null) =>
        SendAsync<NodeHealth>(HttpMethod.Get, node, "/health", null, patience ?? Patience, cancellation, HttpStatusCode.ServiceUnavailable);

    /// <returns>Null when it does not answer.</returns>
    public async Task<NodeHealth?> TryHealthAsync(NodeAddress node, CancellationToken cancellation, TimeSpan? patience = null)
    {
        try
        {
            return await HealthAsync(node, cancellation, patience);
        }
        catch (CommandException)
        {
            return null;
        }
    }

    /// <summary>What the clock of its machine shows; null when it does not say.</summary>
    public async Task<MachineClock?> TryClockAsync(NodeAddress node, CancellationToken cancellation)
    {
        try
        {
            return await SendAsync<MachineClock>(HttpMethod.Get, node, "/internal/clock", null, Patience, cancellation);
        }
        catch (CommandException)
        {
            return null;
        }
    }

    /// <returns>A dump without entries when it does not answer.</returns>
    public async Task<ReplicaDump> TryDumpAsync(NodeAddress node, CancellationToken cancellation)
    {
        try
        {
            return new ReplicaDump(node.Id, await DumpAsync(node, cancellation));
        }
        catch (CommandException)
        {
            return new ReplicaDump(node.Id, null);
        }
    }

    /// <summary>Has a follower begin its reign over all others.</summary>
    /// <param name="sealing">How long it waits for nodes that are silent.</param>
    public Task<ReignReport> PromoteAsync(
        NodeAddress node, IReadOnlyList<NodeAddress> others, LiveSettingsPatch settings, TimeSpan sealing, KnownPast past, bool force, CancellationToken cancellation) => SendAsync<ReignReport>(
        HttpMethod.Post, node, "/internal/promote",
        new { Followers = others.Select(f => new { f.Id, f.Url }), Settings = settings, PatienceMs = (int)sealing.TotalMilliseconds, KnownEpoch = past.Epoch, past.SmallestQuorum, Force = force }, 4 * sealing + Patience, cancellation);

    /// <summary>Has a leader that waits for nodes begin without them.</summary>
    public Task ProceedAsync(NodeAddress node, CancellationToken cancellation) => SendAsync<object>(HttpMethod.Post, node, "/internal/recovery/proceed", null, Patience, cancellation);

    public async Task<IReadOnlyDictionary<string, Entry>> DumpAsync(NodeAddress node, CancellationToken cancellation)
    {
        var dump = await SendAsync<Dictionary<string, DumpedEntry>>(HttpMethod.Get, node, "/dump", null, Patience, cancellation);
        return dump.ToDictionary(e => e.Key, e => new Entry(e.Key, e.Value.Value, new EntryVersion(e.Value.Epoch, e.Value.Version)), StringComparer.Ordinal);
    }

    public async Task<ReadAnswer?> ReadAsync(NodeAddress node, string key, CancellationToken cancellation)
    {
        try
        {
            return await SendAsync<ReadAnswer>(HttpMethod.Get, node, $"/read?key={Uri.EscapeDataString(key)}", null, Patience, cancellation);
        }
        catch (CommandException missing) when (missing.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    public Task ClearAsync(NodeAddress node, CancellationToken cancellation) =>
        SendAsync<JsonElement>(HttpMethod.Post, node, "/clear", null, Patience, cancellation);

    public Task PutFollowersAsync(NodeAddress leader, IReadOnlyList<NodeAddress> followers, CancellationToken cancellation) =>
        SendAsync<JsonElement>(HttpMethod.Put, leader, "/internal/followers", new { followers = followers.Select(f => new { f.Id, f.Url }) }, Patience, cancellation);

    public Task<NodeFaults> GetFaultsAsync(NodeAddress node, CancellationToken cancellation) =>
        SendAsync<NodeFaults>(HttpMethod.Get, node, "/internal/faults", null, Patience, cancellation);

    public Task<NodeFaults> SetFrozenAsync(NodeAddress node, bool frozen, CancellationToken cancellation) =>
        SendAsync<NodeFaults>(HttpMethod.Put, node, "/internal/faults", new { frozen }, Patience, cancellation);

    public Task<NodeFaults> SetFaultsAsync(NodeAddress node, NodeFaults faults, CancellationToken cancellation) =>
        SendAsync<NodeFaults>(HttpMethod.Put, node, "/internal/faults", new { faults.SlowMs, faults.ClockSkewMs }, Patience, cancellation);

    public async Task<IReadOnlyList<LinkReport>> GetLinksAsync(NodeAddress leader, CancellationToken cancellation) =>
        (await SendAsync<NodeLinks>(HttpMethod.Get, leader, "/internal/links", null, Patience, cancellation)).Links;

    public async Task<IReadOnlyList<LinkReport>> PutLinksAsync(NodeAddress leader, IReadOnlyList<LinkSetting> links, CancellationToken cancellation) =>
        (await SendAsync<NodeLinks>(HttpMethod.Put, leader, "/internal/links", new { links }, Patience, cancellation)).Links;

    /// <param name="patience">At least the leader's own deadline.</param>
    public async Task<WriteAnswer> WriteAsync(NodeAddress leader, WriteRequest write, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            var answer = await ExchangeWriteAsync(leader, write, patience, cancellation);
            var told = new AcknowledgedWrite(new EntryVersion(answer.Epoch, answer.Version), write.Key, leader.Id, answer.Required, answer.Acks, _outcomes.Now);
            _outcomes.Answered(new ClientAnswer(told, answer.Status == WriteStatus.Success));
            if (answer.Status == WriteStatus.Success) _promised?.Promised(write.Key, told.Version);
            return answer;
        }
        catch (CommandException failure) when (failure.Status is StatusCodes.Status403Forbidden or >= StatusCodes.Status500InternalServerError)
        {
            // Nobody took the write, or nobody said so: to the client it is the same.
            _outcomes.Unreachable();
            throw;
        }
    }

    private async Task<WriteAnswer> ExchangeWriteAsync(NodeAddress leader, WriteRequest write, TimeSpan patience, CancellationToken cancellation)
    {
        using var response = await ExchangeAsync(HttpMethod.Post, leader, "/write", write, patience, cancellation);
        // On shortfall the leader may answer 503 with the same body; without that body it is a refusal.
        if (!response.IsSuccessStatusCode && (response.StatusCode != HttpStatusCode.ServiceUnavailable || IsProblem(response)))
            throw await RefusalAsync(leader, response, cancellation);
        var answer = await ReadBodyAsync<WriteAnswer>(leader, response, cancellation);
        return answer with { HttpStatus = (int)response.StatusCode };
    }

    private async Task<T> SendAsync<T>(
        HttpMethod method, NodeAddress node, string path, object? body, TimeSpan patience, CancellationToken cancellation, HttpStatusCode? alsoFine = null)
    {
        using var response = await ExchangeAsync(method, node, path, body, patience, cancellation);
        if (!response.IsSuccessStatusCode && response.StatusCode != alsoFine) throw await RefusalAsync(node, response, cancellation);
        return await ReadBodyAsync<T>(node, response, cancellation);
    }

    private async Task<HttpResponseMessage> ExchangeAsync(
        HttpMethod method, NodeAddress node, string path, object? body, TimeSpan patience, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, node.Url + path);
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType(), options: NodeJson.Options);
        // A dashboard that stood still for a while finds the answer ready; that it comes late is not the node's doing.
        using var deadline = new AwakeDeadline(patience, _time, cancellation);
        try
        {
            return await _http.SendAsync(request, deadline.Token);
        }
        catch (HttpRequestException failure)
        {
            throw new CommandException(StatusCodes.Status503ServiceUnavailable,
                $"Cannot reach {node.Name} at {node.Url} ({failure.HttpRequestError}).", inner: failure);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(StatusCodes.Status504GatewayTimeout,
                $"{node.Name} did not answer {method} {path} within {patience.TotalSeconds:0.#} s; whether it took effect is not known.", inner: late);
        }
    }

    private static async Task<T> ReadBodyAsync<T>(NodeAddress node, HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(NodeJson.Options, cancellation) ?? throw new JsonException("null");
        }
        catch (JsonException failure)
        {
            throw new CommandException(StatusCodes.Status502BadGateway, $"{node.Name} gave an answer that could not be read: {failure.Message}", inner: failure);
        }
    }

    private static bool IsProblem(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType == "application/problem+json";

    private static async Task<CommandException> RefusalAsync(NodeAddress node, HttpResponseMessage response, CancellationToken cancellation)
    {
        var problem = IsProblem(response) ? await ReadBodyAsync<NodeProblem>(node, response, cancellation) : null;
        var fields = (problem?.Errors ?? []).SelectMany(e => e.Value.Select(message => new FieldError(e.Key, message))).ToArray();
        return new CommandException((int)response.StatusCode, problem?.Detail ?? $"{node.Name} answered {(int)response.StatusCode} {response.ReasonPhrase}.", fields);
    }

    public void Dispose() => _http.Dispose();
}
