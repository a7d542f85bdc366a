using CsCheck;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Properties;

/// <summary>
/// The claims of protocol.md over random clusters and random interleavings. A failure prints the CsCheck seed and the smallest plan that it
/// found; <c>LabRun.Play</c> of that plan repeats it step by step.
/// </summary>
[Trait("Category", "Unit")]
public sealed class ProtocolPropertyTests
{
    private const int Runs = 600;

    private static void Holds(Gen<LabPlan> plans, Action<History> claim) => plans.Sample(plan => claim(LabRun.Play(plan)), iter: Runs);

    [Fact]
    public void P1_a_followers_version_of_a_key_never_decreases() => Holds(LabPlan.Rough, Claims.P1);

    [Fact]
    public void P2_versions_are_unique_and_increase() => Holds(LabPlan.Rough, Claims.P2);

    [Fact]
    public void P3_a_write_sent_after_an_answer_has_the_higher_version() => Holds(LabPlan.Rough, Claims.P3);

    [Fact]
    public void P5_all_delivered_means_all_replicas_equal_with_the_highest_version_of_every_key() => Holds(LabPlan.RoughButPersistent, Claims.P5);

    [Fact]
    public void P6_success_means_at_least_W_distinct_followers_held_the_version_or_newer_at_that_moment() => Holds(LabPlan.Rough, Claims.P6);

    [Fact]
    public void P7_no_success_means_fewer_than_W_acks_seen() => Holds(LabPlan.Rough, Claims.P7);

    [Fact]
    public void P8_latency_is_the_Wth_smallest_delay_whatever_the_slower_followers_do() => Holds(LabPlan.Smooth, Claims.P8);

    [Fact]
    public void P9_no_follower_holds_a_version_that_the_leader_does_not_hold_or_exceed() => Holds(LabPlan.Rough, Claims.P9);

    [Fact]
    public void P10_a_delivery_is_accepted_iff_newer_at_that_instant() => Holds(LabPlan.Rough, Claims.P10);

    [Fact]
    public void P11_with_W_of_N_followers_no_read_is_older_than_an_answered_write() =>
        Holds(LabPlan.Rough.Select(p => p with { Settings = p.Settings with { WriteQuorum = p.Followers } }), Claims.P11);

    [Fact]
    public void P15_success_iff_at_least_W_followers_answer() => Holds(LabPlan.SomeDead, Claims.P15);

    [Fact]
    public void Every_delivery_ends_in_exactly_one_outcome() => Holds(LabPlan.Rough, Claims.Accounting);

    [Fact]
    public void Lamport_time_rises_along_every_node_and_every_message() => Holds(LabPlan.Rough, Claims.LamportOrder);

    [Fact]
    public void The_same_plan_gives_the_same_trace() =>
        LabPlan.Rough.Sample(plan => Assert.Equal(LabRun.Play(plan).Cluster.Log.Trace(), LabRun.Play(plan).Cluster.Log.Trace()), iter: 100);

    [Fact]
    public void Another_seed_gives_another_interleaving()
    {
        var plan = new LabPlan { Settings = new LiveSettings { MaxDelayMs = 20 }, Writes = [.. Enumerable.Range(0, 9).Select(i => new PlannedWrite(0, i % 3))] };
        var traces = Enumerable.Range(0, 20).Select(seed => string.Join('\n', LabRun.Play(plan with { Seed = seed }).Cluster.Log.Trace())).Distinct();
        Assert.True(traces.Count() > 10);
    }
}
