using KvLab.Web.Experiments;

namespace KvLab.Web.Components.Panels.Experiments;

/// <summary>
/// News of experiments for one page: the newest state of each run, at most four times a second. Runs change on the runner's thread, which is never
/// held up; a state that is overtaken before its turn is skipped, the last one never is.
/// </summary>
internal sealed class RunFeed : IDisposable
{
    /// <summary>Charts are drawn with each; more often nobody sees.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(250);

    private readonly Func<IReadOnlyList<RunNews>, Task> _show;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly IDisposable _listening;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RunNews> _news = new(StringComparer.Ordinal);
    private long? _shownAt;
    private bool _armed;

    /// <param name="show">Called on a thread of the pool.</param>
    public RunFeed(ExperimentService experiments, TimeProvider time, Func<IReadOnlyList<RunNews>, Task> show)
    {
        (_show, _time) = (show, time);
        _timer = time.CreateTimer(_ => Show(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _listening = experiments.Listen(Take);
    }

    private void Take(RunNews news)
    {
        lock (_gate)
        {
            _news[news.Id] = news;
            if (_armed) return;
            _armed = true;
            var since = _shownAt is { } at ? _time.GetElapsedTime(at) : Rest;
            _timer.Change(since >= Rest ? TimeSpan.Zero : Rest - since, Timeout.InfiniteTimeSpan);
        }
    }

    private void Show()
    {
        RunNews[] news;
        lock (_gate)
        {
            news = [.. _news.Values];
            _news.Clear();
            _armed = false;
            _shownAt = _time.GetTimestamp();
        }

        if (news.Length > 0) _ = _show(news);
    }

    public void Dispose()
    {
        _listening.Dispose();
        _timer.Dispose();
    }
}
