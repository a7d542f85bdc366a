using KvLab.Core.Events;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Waiting;
using KvLab.Web.Cli;
using KvLab.Web.Csv;
using KvLab.Web.Disturbances;
using KvLab.Web.Experiments;
using KvLab.Web.Reports;
using Xunit;

namespace KvLab.Tests.Experiments;

[Trait("Category", "Unit")]
public sealed class DisturbedRunTests
{
    private static readonly ExperimentPlan Small = new() { Writes = 50, Keys = 5, Concurrency = 5, MaxDelayMs = 100, Quorums = [1, 3], WarmUpWrites = 0, Calibrate = false };

    [Fact]
    public void A_disturbed_run_is_not_done_and_says_everywhere_at_which_point_and_by_what()
    {
        const string what = "The settings of leader were changed from outside: writeQuorum from 1 to 5.";
        var run = WorldExperiment.Run(Small, onChange: (e, run) =>
        {
            if (run.Points.Count == 1 && run.Progress.Doing.Contains("writing", StringComparison.Ordinal) && e.Foreign.Count == 0) e.Foreign.Enqueue(what);
        });

        Assert.Equal(RunState.Disturbed, run.State);
        Assert.Contains(what, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Points[0].Disturbances);
        Assert.Contains(what, run.Points[1].Disturbances);
        var finding = Assert.Single(run.Findings, f => f.Kind == FindingKind.Disturbed);
        Assert.Equal((Severity.Error, 1), (finding.Severity, Assert.Single(finding.Points)));
        Assert.True(ExperimentCommand.Failed(run));
        Assert.True(RunView.Of(run).Disturbed);
        Assert.Contains(what, RunCsv.Points(run).Split("\r\n")[2], StringComparison.Ordinal);
        Assert.EndsWith(",", RunCsv.Points(run).Split("\r\n")[1], StringComparison.Ordinal);
        Assert.Contains(Sentences.Of(run), s => s.Contains(what, StringComparison.Ordinal));
        Assert.Contains(what, ReportBuilder.Build(new ReportRequest { Runs = [run.Id] }, [run]), StringComparison.Ordinal);
    }

    [Fact]
    public void Writes_of_another_client_are_found_by_the_versions_that_they_took()
    {
        var others = 0;
        var run = WorldExperiment.Run(Small with { Quorums = [1], Writes = 400 }, onChange: (e, run) =>
        {
            if (run.Progress.Doing.Contains("writing", StringComparison.Ordinal) && others++ == 0) _ = e.Cluster.WriteAsync("foreign", "x");
        });
        Assert.True(others > 0);
        Assert.Contains("Another client sent 1 write.", run.Points[0].Disturbances);
        Assert.Equal(RunState.Disturbed, run.State);
    }

    [Fact]
    public void A_follower_that_is_away_makes_no_run_wait_for_ever_and_the_finding_says_what_was_waited_for()
    {
        var world = new VirtualWorld(3);
        var (run, minutes) = world.Run(async () =>
        {
            var experiment = new WorldExperiment(world);
            experiment.Cluster.SetDown(4, true);
            var began = world.Now;
            var run = await new ExperimentRunner(Small with { Calibrate = true, Writes = 20 }, experiment, world.Time, new PauseGate(), _ => { })
                .RunAsync("run", WorldExperiment.Environment, CancellationToken.None);
            return (run, (world.Now - began).TotalMinutes);
        });
        Assert.True(run.IsOver);
        Assert.Contains(run.Findings, f => f.Kind == FindingKind.NotQuiescent && f.Sentence.Contains("A follower may be down", StringComparison.Ordinal));
        Assert.InRange(minutes, 0, 5);
    }

    [Fact]
    public void The_longest_time_without_an_answer_counts_only_while_somebody_waits()
    {
        // Two clients. Answers at 10, 20, 6020 (waiting since 15), then everybody pauses on purpose, and one more from 9000 to 9010.
        var gap = LoadGap.LongestOf(Samples([0, 10, 15, 9000], [10, 10, 6005, 10]));
        Assert.Equal(new LoadGap(20, 6000), gap);
        Assert.Equal(LoadGap.None, LoadGap.LongestOf(Samples([], [])));
    }

    [Fact]
    public void A_pause_of_the_dashboard_itself_is_told_apart_from_one_of_the_cluster_by_the_leaders_clock()
    {
        double[] start = [0, 10, 15, 6025], client = [10, 10, 6005, 10];
        Assert.Equal(new LoadGap(20, 6000), LoadGap.LongestOf(Samples(start, client)));
        var own = LoadGap.LongestOf(Samples(start, client) with { LeaderMs = [9, 9, 12, 9] });
        Assert.Equal(new LoadGap(20, 6000, GapPlace.Client) { SlowestAtLeaderMs = 12 }, own);
        // One client, and nothing under way: nobody waited, and yet the load stood still.
        Assert.Equal(new LoadGap(20, 5000, GapPlace.Load), LoadGap.LongestOf(Samples([0, 10, 5020], [10, 10, 10])));
    }

    [Theory]
    [InlineData(true, "the dashboard, which runs the clients, was paused, or its connection to the leader was")]
    [InlineData(false, "no client got an answer. The longest latency")]
    public void A_finding_says_where_the_pause_was(bool quickAtLeader, string words)
    {
        var run = WorldExperiment.Run(Small with { Quorums = [1], Writes = 1000 });
        var point = run.Points[0];
        var (client, leader, start) = (point.Samples.ClientMs.ToArray(), point.Samples.LeaderMs.ToArray(), point.Samples.StartMs.ToArray());
        for (var row = 500; row < client.Length; row++)
        {
            if (row >= 505) start[row] += 6000;
            else (client[row], leader[row]) = (client[row] + 6000, leader[row] + (quickAtLeader ? 0 : 6000));
        }

        var paused = point with { Samples = point.Samples with { ClientMs = client, LeaderMs = leader, StartMs = start }, Client = LatencySummary.Of(client) };
        var finding = Assert.Single(SanityDetector.Inspect(run with { Points = [paused] }), f => f.Kind == FindingKind.Pause);
        Assert.Contains(words, finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pause_that_p99_hides_is_named()
    {
        var run = WorldExperiment.Run(Small with { Quorums = [1], Writes = 1000 });
        var point = run.Points[0];
        Assert.DoesNotContain(run.Findings, f => f.Kind == FindingKind.Pause);

        var client = point.Samples.ClientMs.ToArray();
        var start = point.Samples.StartMs.ToArray();
        for (var row = 500; row < client.Length; row++)
            if (row < 505) client[row] += 6000;
            else start[row] += 6000;
        var frozen = point with { Samples = point.Samples with { ClientMs = client, StartMs = start }, Client = LatencySummary.Of(client) };
        Assert.True(frozen.Client.P99Ms < 200);
        var finding = Assert.Single(SanityDetector.Inspect(run with { Points = [frozen] }), f => f.Kind == FindingKind.Pause);
        Assert.InRange(finding.Numbers["gapMs"], 5900, 6100);
        Assert.Contains("coordinated omission", finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_report_says_that_the_load_is_a_closed_loop() =>
        Assert.Contains(Sentences.ClosedLoop, Sentences.Of(WorldExperiment.Run(Small with { Quorums = [1] })));

    [Fact]
    public void A_foreign_change_is_told_with_what_changed()
    {
        var before = new LiveSettings { WriteQuorum = 1 };
        var e = new NodeEvent { Node = "leader", Incarnation = "a", Sequence = 1, Kind = EventKind.SettingsChanged, Settings = before with { WriteQuorum = 5 } };
        Assert.Equal("The settings of leader were changed from outside: writeQuorum from 1 to 5.", ForeignChange.Describe(e, before));
        Assert.Null(ForeignChange.Describe(e with { Settings = before }, before));
        Assert.Equal("The process of follower-2 ended (killed by signal 9).", ForeignChange.Describe(
            new NodeEvent { Node = "dashboard", Incarnation = "a", Sequence = 1, Kind = EventKind.ProcessCrashed, Peer = "follower-2", Detail = "killed by signal 9" }, before));
        Assert.Null(ForeignChange.Describe(e with { Kind = EventKind.WriteAccepted }, before));
    }

    private static SampleTable Samples(double[] start, double[] client) => new()
    {
        Followers = [],
        Version = [.. start.Select((_, i) => i + 1L)],
        Key = new int[start.Length],
        StartMs = start,
        ClientMs = client,
        LeaderMs = client,
        Success = new bool[start.Length],
        DelayMs = [],
        CompletedMs = [],
        Outcome = [],
        Late = [],
    };
}
