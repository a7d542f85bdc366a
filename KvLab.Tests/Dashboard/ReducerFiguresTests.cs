using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Series;
using KvLab.Core.Settings;
using KvLab.Web.Charts;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>Figures belong to the settings under which their writes began.</summary>
[Trait("Category", "Unit")]
public sealed class ReducerFiguresTests
{
    private static readonly LiveSettings Standard = new() { WriteQuorum = 3, MinDelayMs = 0, MaxDelayMs = 600 };
    private long _version;

    [Fact]
    public void A_change_of_W_begins_new_figures_and_keeps_the_old_ones_readable()
    {
        var story = Story.OfCluster(5, Standard);
        Write(story, 3, 240, 250, 260);
        Change(story, Standard with { WriteQuorum = 2 });
        Assert.Equal((0L, 0, null), (story.Snapshot.Kpis.Writes, story.Snapshot.Kpis.Over, story.Snapshot.Kpis.MeanMs));
        Write(story, 2, 333, 335);

        var (kpis, figures) = (story.Snapshot.Kpis, story.Snapshot.Figures);
        Assert.Equal((2L, 2L, 2, 334.0), (kpis.Writes, kpis.Success, kpis.Over, kpis.MeanMs));
        Assert.Equal((2, 334.0), (figures.Current!.Conditions.Settings.WriteQuorum, figures.Current.Latency.MeanMs));
        var before = Assert.Single(figures.Before);
        Assert.Equal((3, 5, 3L, 3, 250.0), (before.Conditions.Settings.WriteQuorum, before.Conditions.Followers, before.Writes, before.Latency.Over, before.Latency.MeanMs));
        // U(0, 600) over five followers: the third takes 300 ms on average, the second 200.
        Assert.Equal((200.0, 300.0), (Math.Round(figures.Current.PredictedMeanMs!.Value, 6), Math.Round(before.PredictedMeanMs!.Value, 6)));
    }

    public static TheoryData<string> Changes { get; } = ["delay", "shape", "seed", "naive", "leader counted", "timeout", "delivery", "followers", "fewer followers", "storage"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Whatever_figures_depend_on_begins_new_ones(string change)
    {
        var story = Story.OfCluster(5, Standard);
        Write(story, 3, 100);
        switch (change)
        {
            case "delay": Change(story, Standard with { MaxDelayMs = 100 }); break;
            case "shape": Change(story, Standard with { Distribution = Core.Settings.DelayDistribution.Exponential }); break;
            case "seed": Change(story, Standard with { Seed = 7 }); break;
            case "naive": Change(story, Standard with { Versioning = VersioningMode.Naive }); break;
            case "leader counted": Change(story, Standard with { QuorumCountsLeader = true }); break;
            case "timeout": Change(story, Standard with { ReplicationTimeoutMs = 50 }); break;
            case "delivery": Change(story, Standard with { Delivery = Delivery.Once }); break;
            case "followers": story.Join(NodeRoles.Follower, "follower-6"); break;
            case "fewer followers": story.Observer.Tell(new NodeRemoved("follower-5")); break;
            case "storage": story.Join(NodeRoles.Follower, "follower-1", "second", storage: "sqlite"); break;
        }
        Write(story, 3, 900);

        Assert.Equal((1L, 900.0), (story.Snapshot.Kpis.Writes, story.Snapshot.Kpis.MeanMs));
        Assert.Equal(100.0, Assert.Single(story.Snapshot.Figures.Before).Latency.MeanMs);
    }

    [Fact]
    public void What_changes_nothing_of_them_goes_on_with_the_same_figures()
    {
        var story = Story.OfCluster(5, Standard);
        Write(story, 3, 100);
        // An experiment begins the schedule of delays again; a follower was started again; a slider went to and fro.
        Change(story, Standard with { DelayOrigin = 17 });
        story.Join(NodeRoles.Follower, "follower-1", "second");
        Change(story, Standard with { WriteQuorum = 4 });
        Change(story, Standard);
        Write(story, 3, 300);

        Assert.Equal((2L, 200.0), (story.Snapshot.Kpis.Writes, story.Snapshot.Kpis.MeanMs));
        Assert.Empty(story.Snapshot.Figures.Before);
    }

    [Fact]
    public void A_write_counts_under_the_settings_of_its_start_however_late_its_answer_and_refusal_come()
    {
        var story = Story.OfCluster(5, Standard);
        story.Accept(1, "k1");
        Change(story, Standard with { WriteQuorum = 1 });
        Write(story, 1, 50);
        story.Answer(1, "k1", 3, 3, 400);
        story.Refuse("follower-5", 1, "k1", 2);

        Assert.Equal((1L, 1L, 0L, 50.0), (story.Snapshot.Kpis.Writes, story.Snapshot.Kpis.Success, story.Snapshot.Kpis.RefusedStale, story.Snapshot.Kpis.MeanMs));
        var before = Assert.Single(story.Snapshot.Figures.Before);
        Assert.Equal((1L, 1L, 1L, 400.0), (before.Writes, before.Success, before.RefusedStale, before.Latency.MeanMs));
    }

    [Fact]
    public void An_acceptance_that_is_told_after_the_change_of_W_counts_before_it()
    {
        var story = Story.OfCluster(5, Standard);
        Write(story, 3, 100);
        Change(story, Standard with { WriteQuorum = 1 });
        Write(story, 3, 200);

        Assert.Equal(0, story.Snapshot.Kpis.Writes);
        Assert.Equal((2L, 150.0), (story.Snapshot.Figures.Before[0].Writes, story.Snapshot.Figures.Before[0].Latency.MeanMs));
    }

    [Fact]
    public void A_failover_goes_on_with_the_same_figures()
    {
        var story = Story.OfCluster(5, Standard);
        Write(story, 3, 100);
        var e = story.Tell("follower-2", EventKind.NodeReady);
        story.Send(e with { Sequence = e.Sequence + 1, Kind = EventKind.LeaderPromoted, Epoch = 2, Settings = Standard });
        Assert.Equal(1, story.Snapshot.Kpis.Writes);
        Assert.Empty(story.Snapshot.Figures.Before);
    }

    [Fact]
    public void A_reset_ends_the_figures_of_all_settings()
    {
        var story = Story.OfCluster(5, Standard);
        Write(story, 3, 100);
        Change(story, Standard with { WriteQuorum = 1 });
        Write(story, 1, 100);
        story.Tell("leader", EventKind.StoreCleared);
        Assert.Equal((0L, 0, null), (story.Snapshot.Kpis.Writes, story.Snapshot.Kpis.Over, story.Snapshot.Kpis.MeanMs));
        Assert.Equal((1, 0L), (story.Snapshot.Figures.Current!.Conditions.Settings.WriteQuorum, story.Snapshot.Figures.Current.Writes));
        Assert.Empty(story.Snapshot.Figures.Before);
    }

    [Fact]
    public void What_is_kept_is_bounded_and_what_fell_out_is_counted()
    {
        var story = Story.OfCluster(5, Standard);
        for (var i = 0; i < StateLimits.FiguresBefore + 3; i++)
        {
            Change(story, Standard with { MaxDelayMs = 100 + i });
            Write(story, 3, i);
        }
        var figures = story.Snapshot.Figures;
        Assert.Equal((StateLimits.FiguresBefore, 2), (figures.Before.Count, figures.BeforeDropped));
        Assert.Equal(100 + StateLimits.FiguresBefore + 1, figures.Before[0].Conditions.Settings.MaxDelayMs);
    }

    [Fact]
    public void Latencies_are_over_the_latest_answers_and_say_over_how_many()
    {
        var story = Story.OfCluster(5, Standard);
        Write(story, 3, [1_000_000, .. Enumerable.Repeat(5.0, StateLimits.LatencyPoints)]);
        var kpis = story.Snapshot.Kpis;
        Assert.Equal((StateLimits.LatencyPoints + 1L, StateLimits.LatencyPoints, 5.0), (kpis.Success, kpis.Over, kpis.MeanMs));
    }

    [Fact]
    public void The_export_has_a_row_for_each_settings()
    {
        var story = Story.OfCluster(5, Standard);
        Write(story, 3, 250);
        Change(story, Standard with { WriteQuorum = 2 });
        Write(story, 2, 333);
        var table = FiguresTable.Of(story.Snapshot.Figures);
        string Cell(int row, string column) => table.Rows[row][table.Columns.ToList().IndexOf(column)];
        Assert.Equal(("2", "333", "200", "1", "memory"), (Cell(0, "W"), Cell(0, "mean_ms"), Cell(0, "delay_mean_ms"), Cell(0, "latency_over"), Cell(0, "storage")));
        Assert.Equal(("3", "250"), (Cell(1, "W"), Cell(1, "mean_ms")));
    }

    private static void Change(Story story, LiveSettings settings) => story.Tell("leader", EventKind.SettingsChanged, settings: settings);

    /// <summary>Writes that took so many ms each.</summary>
    private void Write(Story story, int w, params double[] elapsedMs)
    {
        foreach (var ms in elapsedMs)
        {
            var version = ++_version + 1000;
            story.Accept(version, "k");
            story.Replicate(version, "k", w, ("follower-1", ms), ("follower-2", ms), ("follower-3", ms));
            story.Answer(version, "k", w, w, ms);
        }
    }
}
