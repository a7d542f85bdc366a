using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Tests.Components.Experiments;
using KvLab.Web.Experiments;
using KvLab.Web.Leases;
using KvLab.Web.Problems;
using KvLab.Web.Runs;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KvLab.Tests.Lease;

/// <summary>Whatever fails, the run ends, says why, and gives the cluster back.</summary>
[Trait("Category", "Unit")]
public sealed class RunEndsTests : IAsyncLifetime
{
    private static readonly ExperimentPlan Plan = new() { Writes = 4, Keys = 1, Concurrency = 1, Quorums = [1, 2], Calibrate = false, WarmUpWrites = 0, SettleMs = 0 };

    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-lease-").FullName;
    private readonly ExclusiveLease _lease = new();
    private readonly HeldCluster _cluster = new();
    private readonly RunStore _store;
    private readonly ExperimentService _experiments;

    public RunEndsTests()
    {
        _store = new RunStore(_folder);
        _experiments = _cluster.Experiments(_store, TimeProvider.System, _lease);
    }

    [Fact]
    public async Task A_disk_that_is_full_at_the_start_refuses_the_run_and_nobody_has_the_cluster()
    {
        Fill("runs");
        var refused = await Assert.ThrowsAsync<CommandException>(() => _experiments.StartAsync(Plan, TestContext.Current.CancellationToken));
        Assert.Equal(507, refused.Status);
        Assert.Contains(_folder, refused.Message, StringComparison.Ordinal);
        Assert.Null(_lease.Current);
        Assert.Null(_experiments.Current);
        Assert.Empty(_experiments.List());

        MakeRoom("runs");
        Assert.False((await _experiments.StartAsync(Plan, TestContext.Current.CancellationToken)).IsOver);
    }

    [Fact]
    public async Task A_disk_that_fills_in_the_middle_ends_the_run_as_failed_with_the_reason_and_it_is_stored_when_there_is_room()
    {
        var run = await _experiments.StartAsync(Plan, TestContext.Current.CancellationToken);
        Fill("points");
        Fill("runs");
        _cluster.Answer();
        var ended = await _experiments.WhenDoneAsync(run.Id).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal(RunState.Failed, ended.State);
        Assert.Contains("is full", ended.Error, StringComparison.Ordinal);
        Assert.Equal(RunState.Failed, _experiments.Find(run.Id)!.State);
        Assert.Equal(RunState.Failed, Assert.Single(_experiments.List()).State);
        Assert.Null(_lease.Current);

        MakeRoom("points");
        MakeRoom("runs");
        await _experiments.DisposeAsync();
        Assert.Equal(RunState.Failed, _store.Load(run.Id)!.State);
    }

    [Fact]
    public async Task A_run_that_is_taken_over_is_cancelled_and_says_so()
    {
        var run = await _experiments.StartAsync(Plan, TestContext.Current.CancellationToken);
        await _lease.TakeOverAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var ended = _experiments.Find(run.Id)!;
        Assert.Equal(RunState.Cancelled, ended.State);
        Assert.Contains("took the cluster over", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_story_whose_first_state_fails_leaves_the_cluster_free()
    {
        await using var runs = new RunRegistry(_lease, TimeProvider.System);
        var book = new RunBook<string>(runs, RunSort.Scenario);
        Assert.Throws<InvalidOperationException>(() => book.Start(new RunName("A story"), _ => throw new InvalidOperationException("no"), _ => Task.FromResult("")));
        Assert.Null(_lease.Current);
        Assert.Empty(runs.All);
    }

    [Fact]
    public async Task Shutdown_does_not_wait_for_a_run_that_hangs()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var ending = Web.Timing.Shutdown.EndsAsync(new TaskCompletionSource().Task, clock);
        clock.Advance(Web.Timing.Shutdown.Patience);
        Assert.False(await ending);
    }

    private void Fill(string table) => Sql($"CREATE TRIGGER full_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END");

    private void MakeRoom(string table) => Sql($"DROP TRIGGER full_{table}");

#pragma warning disable CA2100 // statements of this file
    private void Sql(string statement)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "experiments.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
#pragma warning restore CA2100

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _experiments.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
