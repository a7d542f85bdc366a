using System.Text.Json;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Nodes.Endpoints;
using KvLab.Nodes.Transport;

namespace KvLab.Nodes.Lifetime;

/// <summary>
/// Notices a follower that is new or came back (its incarnation is another), and has the leader send it what it lacks. Polling, because nobody else
/// would tell a leader that has nothing to write; once a second, one small request per follower.
/// </summary>
internal sealed partial class FollowerWatch(ClusterHttp http, Leader leader, ILogger log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Behind a faulty link; a large store takes its time on a healthy one.
    private static readonly TimeSpan LongestDump = TimeSpan.FromSeconds(30);

    private readonly FollowerDumps _dumps = new(http, TimeProvider.System);

    // By follower, the incarnation that is known to have everything. Touched by one look per follower at a time.
    private readonly Dictionary<Peer, string> _upToDate = [];

    /// <summary>Runs until it is cancelled; never throws.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            do
            {
                var followers = leader.Followers;
                foreach (var gone in _upToDate.Keys.Except(followers).ToList()) _upToDate.Remove(gone);
                var looks = await Task.WhenAll(followers.Select(f => LookAsync(f, _upToDate.GetValueOrDefault(f), cancellation)));
                foreach (var (follower, incarnation) in looks)
                    if (incarnation is not null) _upToDate[follower] = incarnation;
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <returns>The incarnation that has everything now; null when that is not known.</returns>
    private async Task<(Peer Follower, string? Incarnation)> LookAsync(Peer follower, string? upToDate, CancellationToken cancellation)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            var incarnation = await leader.Network.ExchangeAsync(follower, token => IncarnationAsync(follower, token), Patience, patience.Token);
            if (incarnation is null || incarnation == upToDate) return (follower, incarnation);
            if (!leader.CatchesUp) return (follower, null);
            var dump = await leader.Network.ExchangeAsync(follower, token => _dumps.AskOnceAsync(follower, token), LongestDump, cancellation);
            var sent = await leader.CatchUpAsync(dump, cancellation);
            if (sent > 0) CaughtUp(log, follower.Id, sent.Value);
            return (follower, sent is null ? null : incarnation);
        }
        catch (Exception away) when (away is HttpRequestException or IOException or JsonException or FormatException or TransportException
            || (away is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (follower, null);
        }
    }

    private async Task<string?> IncarnationAsync(Peer follower, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, follower.Url + HealthEndpoint.Path);
        using var response = await http.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode) return null;
        using var health = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellation), default, cancellation);
        return health.RootElement.TryGetProperty("incarnation", out var incarnation) ? incarnation.GetString() : null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Follower} lacked {Entries} entries and was sent them.")]
    private static partial void CaughtUp(ILogger logger, string follower, int entries);
}
