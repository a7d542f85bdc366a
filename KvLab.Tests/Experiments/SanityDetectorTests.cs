using KvLab.Core.Analysis;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Experiments;

/// <summary>Each finding is provoked by a run that deserves it, and is absent from one that does not.</summary>
[Trait("Category", "Unit")]
public sealed class SanityDetectorTests
{
    private static readonly ExperimentPlan Fast = Presets.Classic with { Writes = 300, WarmUpWrites = 5 };

    [Fact]
    public void A_sound_run_has_no_warning()
    {
        var run = WorldExperiment.Run(Presets.Current with { Writes = 200 });
        Assert.DoesNotContain(run.Findings, f => f.Severity > Severity.Info);
    }

    [Fact]
    public void A_machine_that_serves_one_write_at_a_time_is_saturated_and_flat_and_the_detector_offers_a_load_that_it_holds()
    {
        var run = WorldExperiment.Run(Fast, new Machine { ServiceMs = 0.3 });

        var flat = Find(run, FindingKind.FlatOverQuorum);
        Assert.Contains("dominates the delay range", flat.Sentence);
        var saturated = Find(run, FindingKind.Saturated);
        Assert.InRange(saturated.Numbers["limitWritesPerSecond"], 3000, 3500);
        Assert.Equal(20, saturated.Numbers["concurrency"]);

        // The offered plan, on the same machine: means rise strictly with W, each step within 25 % of (b − a)/(N + 1) = 0.15 ms.
        var lighter = WorldExperiment.Run(saturated.Suggestion! with { Writes = 3000 }, new Machine { ServiceMs = 0.3 });
        var means = lighter.Points.Select(p => p.Client.MeanMs).ToList();
        Assert.All(means.Zip(means.Skip(1)), step => Assert.InRange(step.Second - step.First, 0.15 * 0.75, 0.15 * 1.25));
        Assert.DoesNotContain(lighter.Findings, f => f.Kind is FindingKind.FlatOverQuorum or FindingKind.Saturated);
    }

    [Fact]
    public void Fixed_overhead_alone_does_not_make_a_curve_flat()
    {
        var run = WorldExperiment.Run(Presets.Current, new Machine { OverheadMs = 40 });
        Assert.DoesNotContain(run.Findings, f => f.Kind is FindingKind.FlatOverQuorum or FindingKind.OutsideBand);
        Assert.All(run.Points, p => Assert.Equal(40, p.Prediction.OverheadMs, 0.5));
    }

    [Fact]
    public void Overhead_above_the_delays_is_said_although_the_curve_rises_as_it_should()
    {
        var run = WorldExperiment.Run(Presets.Current with { Writes = 200, MaxDelayMs = 20 }, new Machine { OverheadMs = 40 });
        var finding = Find(run, FindingKind.OverheadDominates);
        Assert.Equal(40, finding.Numbers["overheadMs"], 0.5);
        Assert.True(finding.Numbers["delayMs"] < 40);
        Assert.DoesNotContain(WorldExperiment.Run(Presets.Current, new Machine { OverheadMs = 40 }).Findings, f => f.Kind == FindingKind.OverheadDominates);
    }

    [Fact]
    public void A_leader_that_waits_for_all_is_found_out()
    {
        var run = WorldExperiment.Run(Presets.Current with { Writes = 50 }, new Machine { WaitsForAll = true });
        var finding = Find(run, FindingKind.WaitsForAll);
        Assert.True(finding.Numbers["waited"] > 0.9 * finding.Numbers["writes"]);
    }

    [Fact]
    public void Deadlines_shorter_than_the_delays_are_called_timeouts()
    {
        var run = WorldExperiment.Run(Presets.Current with { Writes = 40, Quorums = [4], ReplicationTimeoutMs = 300 });
        var finding = Find(run, FindingKind.TimeoutsDominate);
        Assert.Equal(300, finding.Numbers["deadlineMs"]);
    }

    [Fact]
    public void Too_few_writes_says_how_many_are_needed_and_that_many_are_enough()
    {
        var run = WorldExperiment.Run(Presets.Current with { Writes = 5, Distribution = DelayDistribution.Uniform });
        var finding = Find(run, FindingKind.TooFewWrites);
        Assert.True(finding.Numbers["neededWrites"] > 5);
        Assert.DoesNotContain(WorldExperiment.Run(finding.Suggestion!).Findings, f => f.Kind == FindingKind.TooFewWrites);
    }

    [Fact]
    public void A_comparison_at_the_last_answer_is_called_one_before_quiescence()
    {
        var run = WorldExperiment.Run(Presets.Current with { Writes = 40, Quorums = [1] });
        Assert.True(Find(run, FindingKind.ComparedBeforeQuiescence).Numbers["differing"] > 0);
    }

    [Fact]
    public void Divergence_in_naive_mode_is_a_finding_and_no_error()
    {
        var run = WorldExperiment.Run(Presets.VersionedAgainstNaive with { Quorums = [1] });
        Assert.Equal(Severity.Info, Find(run, FindingKind.Diverged).Severity);
    }

    [Fact]
    public void Every_finding_carries_the_numbers_of_its_sentence()
    {
        var run = WorldExperiment.Run(Fast, new Machine { ServiceMs = 0.3 });
        foreach (var finding in run.Findings) Assert.NotEmpty(finding.Numbers);
    }

    private static Finding Find(ExperimentRun run, FindingKind kind) =>
        Assert.Single(run.Findings.Where(f => f.Kind == kind).Take(1));

    [Fact]
    public void A_replica_that_does_not_answer_proves_no_difference()
    {
        var run = WorldExperiment.Run(Presets.Current with { Writes = 40, Quorums = [1] });
        var point = run.Points[0];
        var settled = point.Check(ReplicaCheck.Settled)!;
        FollowerComparison[] followers = [settled.Report.Followers[0] with { State = "unreachable", Equal = 0 }, .. settled.Report.Followers.Skip(1)];
        var report = settled.Report with { Converged = false, Followers = followers };
        var seen = run with { Points = [point with { Checks = [.. point.Checks.Select(c => c == settled ? c with { Report = report } : c)] }] };

        var findings = SanityDetector.Inspect(seen);
        Assert.DoesNotContain(findings, f => f.Kind == FindingKind.Diverged);
        var finding = Assert.Single(findings, f => f.Kind == FindingKind.NotCompared);
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains($"{followers[0].Id} was not compared, because it did not answer. The others hold what the leader holds.", finding.Sentence, StringComparison.Ordinal);

        var nobody = report with { Followers = [.. followers.Select(f => f with { State = "not judged" })] };
        seen = run with { Points = [point with { Checks = [.. point.Checks.Select(c => c == settled ? c with { Report = nobody } : c)] }] };
        Assert.EndsWith("because the leader did not answer.", Assert.Single(SanityDetector.Inspect(seen), f => f.Kind == FindingKind.NotCompared).Sentence, StringComparison.Ordinal);
    }
}
