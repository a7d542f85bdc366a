using KvLab.Core.Observation.Traffic;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Live;
using KvLab.Web.Pictures;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace KvLab.Web.Components.Panels.Map;

/// <summary>
/// Feeds one map in one browser: twenty times a second at most it sends what is new of messages, and only when the browser has taken what came before. So a slow browser gets fewer and
/// fuller frames, and one that cannot follow begins anew; nothing waits for it and nothing piles up.
/// </summary>
internal sealed class MapPlayer(IJSRuntime js, ITrafficLookup traffic, TimeProvider time, Func<string, long, long, string, Task> onDot) : IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _ended = new();
    private readonly ScriptedElement _map = new(js, "./js/map.js");
    private TrafficCursor _cursor = new();
    private DotNetObjectReference<MapPlayer>? _self;
    private string? _stage;
    private MapMoment? _moment;
    private Task _feeding = Task.CompletedTask;

    /// <summary>Nobody sees a hidden tab: it is told nothing, and begins anew when it is shown again.</summary>
    public bool Hidden { get; set; }

    public async Task BeginAsync(ElementReference root)
    {
        _self = DotNetObjectReference.Create(this);
        if (await _map.BeginAsync(root, _self) is { } map) _feeding = FeedAsync(map);
    }

    private async Task FeedAsync(IJSObjectReference map)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
                if (!Hidden && traffic.NextTraffic(_cursor) is { } frame) await PushAsync(map, frame);
        }
        catch (Exception gone) when (gone is OperationCanceledException or JSDisconnectedException or ObjectDisposedException)
        {
            // The page is closed.
        }
    }

    /// <summary>A page that could not take a frame begins anew.</summary>
    private async Task PushAsync(IJSObjectReference map, byte[] frame)
    {
        try
        {
            await map.InvokeVoidAsync("push", _ended.Token, frame);
        }
        catch (JSException)
        {
            _cursor = new TrafficCursor();
        }
    }

    /// <summary>Nodes, links and clients, where they stand and how they are; sent when it differs.</summary>
    public async Task ShowAsync(string stage)
    {
        if (stage == _stage) return;
        _stage = stage;
        await _map.RunAsync("stage", stage);
    }

    /// <summary>Of a recording: the moment that is shown, after whatever is new of messages there.</summary>
    public async Task MoveToAsync(MapMoment at)
    {
        if (at == _moment) return;
        _moment = at;
        await _map.RunAsync("replay", at.Ms, at.Rate);
    }

    public Task RunAsync(string name, params object?[] facts) => _map.RunAsync(name, facts);

    /// <summary>As it is drawn now, and a sentence for each message in it; null where the browser is gone.</summary>
    public async Task<(byte[] Png, string[] Messages)?> PictureAsync() =>
        await _map.AskAsync<string[]>("words", PictureRules.MostRows) is { } words && await _map.BytesAsync("picture", PictureRules.LargestPng) is { } png ? (png, words) : null;

    /// <summary>Somebody pressed a message.</summary>
    [JSInvokable]
    public Task OnDot(string key, long epoch, long version, string follower) => onDot(key, epoch, version, follower);

    /// <summary>Whoever measures what the map costs switches it off and on.</summary>
    [JSInvokable]
    public void OnFeed(bool wanted) => Hidden = !wanted;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _feeding;
        await _map.DisposeAsync();
        _self?.Dispose();
        _ended.Dispose();
    }
}
