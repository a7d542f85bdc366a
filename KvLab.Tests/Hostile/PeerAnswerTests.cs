using System.Net;
using KvLab.Core.Network;
using KvLab.Nodes.Peers;
using KvLab.Nodes.Storage;
using KvLab.Nodes.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KvLab.Tests.Hostile;

/// <summary>Whatever stands where a peer should be: an answer that is none counts as no answer, and nothing else comes of it.</summary>
[Trait("Category", "Component")]
public sealed class PeerAnswerTests : IAsyncLifetime
{
    private const string Largest = "9223372036854775807";
    private readonly ClusterHttp _http = new(null);
    private WebApplication _app = null!;
    private string _answer = "";
    private string _header = "0";

    private Peer Peer => new("follower-1", _app.Urls.First());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers["X-Epoch"] = _header;
            return context.Response.WriteAsync(_answer);
        });
        await _app.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    public static TheoryData<string> Answers =>
    [
        "", "null", "{}", "[null]", "[1]", "[-1]", "true", "{", "no json", "\u0000", "[{}]", "{\"k\":null}", "{\"k\":{}}",
        $"[{{\"key\":\"k\",\"value\":1,\"epoch\":{Largest},\"version\":1}}]",
        $"{{\"accepted\":true,\"epoch\":{Largest},\"version\":{Largest}}}",
        "{\"accepted\":true,\"epoch\":-1,\"version\":0}",
        $"{{\"node\":\"n\",\"incarnation\":\"i\",\"leads\":true,\"epoch\":{Largest},\"version\":1,\"unconfirmed\":0,\"remembers\":true,\"smallestQuorum\":1}}",
        "{\"node\":null,\"incarnation\":null,\"leads\":true,\"epoch\":1,\"version\":1,\"unconfirmed\":0,\"remembers\":true,\"smallestQuorum\":1}",
        "[{\"key\":\"k\",\"epoch\":1,\"version\":1},{\"key\":\"k\",\"epoch\":1,\"version\":1}]",
        "[{\"key\":\"\",\"value\":1,\"epoch\":1,\"version\":1}]",
        "{\"k\":{\"value\":1,\"version\":1,\"epoch\":1},\"k\":{\"value\":1,\"version\":1,\"epoch\":1}}",
        "{\"k\":{\"value\":1,\"version\":0,\"epoch\":1}}",
        "{\"\\ud800\":{\"value\":1,\"version\":1,\"epoch\":1}}",
        $"{{\"k\":{{\"value\":1,\"version\":1,\"epoch\":{Largest}}}}}",
        new string('[', 1_000),
        $"[{string.Join(",", Enumerable.Repeat("1", 100_000))}]",
    ];

    [Theory, MemberData(nameof(Answers))]
    public async Task An_answer_that_is_none_is_no_answer(string answer)
    {
        _answer = answer;
        var peers = new HttpPeerCalls(_http);
        await NoAnswerAsync(() => peers.StateAsync(Peer, Cancellation));
        await NoAnswerAsync(() => peers.DigestAsync(Peer, Cancellation));
        await NoAnswerAsync(() => peers.LeavesAsync(Peer, [1, 2], Cancellation));
        await NoAnswerAsync(() => peers.VersionsAsync(Peer, [1], Cancellation));
        await NoAnswerAsync(() => peers.EntriesAsync(Peer, ["k"], Cancellation));
        await NoAnswerAsync(() => peers.UnconfirmedAsync(Peer, Cancellation));
        // An empty object is an empty dump.
        if (answer != "{}") await NoAnswerAsync(() => peers.DumpAsync(Peer, Cancellation));
    }

    [Theory]
    [InlineData("99999999999999999999")]
    [InlineData(Largest)]
    [InlineData("-1")]
    [InlineData("x")]
    public async Task A_dump_that_says_what_nobody_can_have_seen_is_no_answer(string header)
    {
        (_answer, _header) = ("{}", header);
        await NoAnswerAsync(() => new HttpPeerCalls(_http).DumpAsync(Peer, Cancellation));
    }

    private static async Task NoAnswerAsync(Func<Task> call)
    {
        var none = await Assert.ThrowsAsync<TransportException>(call);
        Assert.Equal(TransportFailure.Error, none.Failure);
    }
}
