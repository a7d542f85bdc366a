using KvLab.Core.Events;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Live;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>Who listens may fail: nobody else loses anything by it, and it is said.</summary>
[Trait("Category", "Unit")]
public sealed class ThrowingListenerTests
{
    [Fact]
    public void A_listener_that_throws_costs_neither_the_state_nor_the_others_an_event_and_is_told_of()
    {
        var (tap, heard, failures) = (new EventTap(), new List<EventKind>(), new List<Exception>());
        tap.Failed += failures.Add;
        using var bad = tap.Listen(_ => throw new InvalidOperationException("no"));
        using var good = tap.Listen(e => heard.Add(e.Kind));
        var story = new Story(tap: tap);
        story.Join(NodeRoles.Leader, "leader");
        story.Accept(1, "k1");
        story.Accept(2, "k2");
        Assert.Equal([EventKind.WriteAccepted, EventKind.WriteAccepted], heard);
        Assert.Equal(2, story.Snapshot.Kpis.Writes);
        Assert.Equal(2, failures.Count);
    }

    [Fact]
    public async Task A_subscriber_that_throws_is_told_of_and_gets_nothing_more()
    {
        var log = new LogBook();
        var state = new ClusterState(log);
        using var subscription = state.Subscribe(_ => throw new InvalidOperationException("no")).Subscription;
        state.Publish(ClusterSnapshot.Empty with { Revision = 1 });
        Assert.Equal("no", (await log.Said.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Message);
        Assert.Equal(0, state.Subscribers);
    }

    private sealed class LogBook : ILogger<ClusterState>
    {
        public TaskCompletionSource<Exception> Said { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.TrySetResult(exception!);
    }
}
