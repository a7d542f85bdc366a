using KvLab.Core.Observation.Timeline;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Pictures;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace KvLab.Web.Components.Panels.Timeline;

/// <summary>What a diagram's script asks of the server.</summary>
internal interface ITimelineViewer
{
    /// <summary>A window, packed; <paramref name="from"/> is null where the script does not know yet what time it is.</summary>
    byte[] Window(double? from, double? to, double span, int width, double? at);

    string Explain(string id);

    Task ShownAsync(double? at, double span);

    /// <summary>Somebody pressed a moment beside all lines; ms of the observer.</summary>
    Task WentToAsync(double ms);

    Task PressedAsync(string id, string? key, long epoch, long version, string? node);
}

/// <summary>Between one diagram and its script in one browser: the script asks, one question at a time, so a slow browser asks less often and nothing piles up.</summary>
internal sealed class TimelinePlayer(IJSRuntime js, ITimelineViewer viewer) : IAsyncDisposable
{
    private readonly ScriptedElement _diagram = new(js, "./js/timeline.js");
    private DotNetObjectReference<TimelinePlayer>? _self;

    public Task BeginAsync(ElementReference root, string options)
    {
        _self = DotNetObjectReference.Create(this);
        return _diagram.BeginAsync(root, _self, options);
    }

    public Task RunAsync(string name, params object?[] facts) => _diagram.RunAsync(name, facts);

    /// <summary>As it is drawn now, with its middle and how much it shows; null where the browser is gone.</summary>
    public async Task<(byte[] Png, double At, double Span)?> PictureAsync() =>
        await _diagram.AskAsync<double[]>("place") is [var at, var span] && await _diagram.BytesAsync("picture", PictureRules.LargestPng) is { } png ? (png, at, span) : null;

    [JSInvokable]
    public byte[] OnWindow(double? from, double? to, double span, int width, double? at) => viewer.Window(from, to, span, width, at);

    [JSInvokable]
    public string OnExplain(string id) => viewer.Explain(id);

    /// <summary>Place and zoom have come to rest.</summary>
    [JSInvokable]
    public Task OnView(double? at, double span) => viewer.ShownAsync(at, span);

    /// <summary>Somebody pressed a line.</summary>
    [JSInvokable]
    public Task OnLine(string id, string? key, long epoch, long version, string? node) => viewer.PressedAsync(id, key, epoch, version, node);

    [JSInvokable]
    public Task OnMoment(double ms) => viewer.WentToAsync(ms);

    public async ValueTask DisposeAsync()
    {
        await _diagram.DisposeAsync();
        _self?.Dispose();
    }
}

/// <summary>What a script's window is in a book of lines.</summary>
internal static class TimelineUnits
{
    private const double NsPerMs = 1_000_000;

    // So far from anything that was told that no sum overflows.
    private const double Furthest = 1e17;

    public static TimelineQuery Query(TimelineBook book, double? from, double? to, double span, int width, double? at)
    {
        var unit = book.Axis == TimelineAxis.Lamport ? 1 : NsPerMs;
        if (from is null || to is null)
        {
            var middle = at is { } moment ? (book.Axis == TimelineAxis.Lamport ? moment : book.NsOf(DateTimeOffset.UnixEpoch.AddTicks((long)(moment * TimeSpan.TicksPerMillisecond))) / NsPerMs) : book.Now / unit;
            (from, to) = (middle - span / 2, middle + span / 2);
        }

        return new TimelineQuery(Time(from.Value * unit), Time(to.Value * unit) + 1, Math.Clamp(width, 1, TimelineQuery.LargestWidth));
    }

    private static long Time(double value) => double.IsFinite(value) ? (long)Math.Clamp(Math.Floor(value), -Furthest, Furthest) : 0;
}
