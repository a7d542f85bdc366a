using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KvLab.Bench.Clusters;

/// <summary>
/// What a lab in plain .NET looks like, and what KvLab is compared with: minimal APIs, and per write and follower one JSON POST of HttpClient;
/// the leader answers at the W-th ack and lets the others go on.
/// </summary>
internal static class PlainNode
{
    public const string Verb = "plain-node";
    public const string ReadyMark = "plain node ready on ";

    public static async Task RunAsync(Arguments args)
    {
        var port = args.Int("port", 0, 0, 65_535);
        var quorum = args.Int("quorum", 3, 0, 15);
        var followers = args.Text("followers", "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(url => new Uri(new Uri(url), "/replicate")).ToArray();
        args.RefuseOthers();

        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Services.AddHttpClient();
        await using var app = builder.Build();
        var store = new ConcurrentDictionary<string, Copy>();
        var version = 0L;
        var http = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();

        app.MapPost("/write", async (Write write) =>
        {
            var copy = new Copy(write.Key, write.Value, Interlocked.Increment(ref version));
            Keep(store, copy);
            var acks = 0;
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var all = Task.WhenAll(followers.Select(async url =>
            {
                using var answer = await http.PostAsJsonAsync(url, copy);
                if (answer.IsSuccessStatusCode && Interlocked.Increment(ref acks) == quorum) enough.TrySetResult();
            }));
            await Task.WhenAny(enough.Task, all);
            return new Answer(acks >= quorum ? "success" : "partial_success", copy.Key, copy.Version, acks);
        });
        app.MapPost("/replicate", (Copy copy) => new Outcome("success", Keep(store, copy)));
        await app.StartAsync();
        Console.WriteLine(ReadyMark + app.Urls.First());
        await app.WaitForShutdownAsync();
    }

    private static bool Keep(ConcurrentDictionary<string, Copy> store, Copy copy) =>
        store.AddOrUpdate(copy.Key, copy, (_, held) => held.Version < copy.Version ? copy : held) == copy;

    internal sealed record Write(string Key, string Value);

    internal sealed record Copy(string Key, string Value, long Version);

    internal sealed record Answer(string Status, string Key, long Version, int Acks);

    internal sealed record Outcome(string Status, bool Updated);
}
