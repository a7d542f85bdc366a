using CsCheck;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Properties;

/// <summary>Each claim of <see cref="Claims"/> can fail: it notices the mistake that it is there for.</summary>
[Trait("Category", "Unit")]
public sealed class MutantTests
{
    private const int Runs = 200;

    private static void Notices(Action<History> claim, LabParts mutant, Gen<LabPlan> plans) =>
        NoticesIn(claim, plans, plan => LabRun.Play(plan, mutant));

    private static void NoticesIn(Action<History> claim, Gen<LabPlan> plans, Func<LabPlan, History> play)
    {
        var noticed = 0;
        plans.Sample(plan =>
        {
            try
            {
                claim(play(plan));
            }
            catch (ClaimBrokenException)
            {
                Interlocked.Increment(ref noticed);
            }
        }, iter: Runs);
        Assert.True(noticed > 0, $"None of {Runs} runs noticed the mutant.");
    }

    private static readonly Gen<LabPlan> Whole = LabPlan.Rough.Select(p => p with { Settings = p.Settings with { WriteQuorum = p.Followers } });

    // One message per batch: a barrier over batches of several would wait for itself.
    private static readonly Gen<LabPlan> Pairs = LabPlan.Smooth.Select(p => p with
    {
        Followers = 2,
        Settings = p.Settings with { WriteQuorum = 1 },
        Network = new NetworkOptions { MaxBatchMessages = 1, MaxBatchesInFlight = 1000 },
    });

    [Fact]
    public void P1_notices_a_follower_where_the_last_arrival_wins() => Notices(Claims.P1, Mutants.LastArrivalWins, LabPlan.Rough);

    [Fact]
    public void P1_notices_a_follower_that_checks_and_sets_in_two_steps() => Notices(Claims.P1, Mutants.CheckThenSet, LabPlan.Rough);

    [Fact]
    public void P2_notices_a_version_that_is_given_twice() => NoticesIn(Claims.P2, LabPlan.Smooth, plan =>
    {
        var run = LabRun.Play(plan);
        return run with { Moments = [.. run.Moments, run.Moments.First(m => m.Event.Kind == EventKind.WriteAccepted)] };
    });

    [Fact]
    public void P3_notices_versions_in_the_wrong_order() => NoticesIn(Claims.P3, LabPlan.Smooth, plan =>
    {
        var run = LabRun.Play(plan);
        var results = run.Writes.Select(w => w.Result).Reverse().ToList();
        return run with { Writes = [.. run.Writes.Select((w, i) => w with { Result = results[i] })] };
    });

    [Fact]
    public void P5_notices_a_follower_where_the_last_arrival_wins() => Notices(Claims.P5, Mutants.LastArrivalWins, LabPlan.RoughButPersistent);

    [Fact]
    public void P5_notices_a_follower_that_confirms_what_it_does_not_keep() => Notices(Claims.P5, Mutants.ForgetfulFollower, LabPlan.RoughButPersistent);

    [Fact]
    public void P6_notices_a_follower_that_confirms_what_it_does_not_keep() => Notices(Claims.P6, Mutants.ForgetfulFollower, LabPlan.Rough);

    [Fact]
    public void P6_notices_a_network_that_answers_for_followers_it_never_asked() => Notices(Claims.P6, Mutants.LyingNetwork, LabPlan.Rough);

    [Fact]
    public void P7_notices_a_success_with_an_ack_too_few() => NoticesIn(Claims.P7, LabPlan.Smooth, plan =>
    {
        var run = LabRun.Play(plan);
        var ack = run.Moments.FirstOrDefault(m => m.Event.Kind == EventKind.DeliveryAcked && !m.Event.Late);
        return run with { Moments = [.. run.Moments.Where(m => m != ack)] };
    });

    [Fact]
    public void P8_notices_an_answer_that_waits_for_the_slowest_follower() => Notices(Claims.P8, Mutants.WaitsForAll, Pairs);

    [Fact]
    public void P9_notices_a_leader_that_does_not_store_what_it_sends() => Notices(Claims.P9, Mutants.ForgetfulLeader, LabPlan.Rough);

    [Fact]
    public void P10_notices_a_follower_where_the_last_arrival_wins() => Notices(Claims.P10, Mutants.LastArrivalWins, LabPlan.Rough);

    [Fact]
    public void P11_notices_a_follower_that_confirms_what_it_does_not_keep() => Notices(Claims.P11, Mutants.ForgetfulFollower, Whole);

    [Fact]
    public void P15_notices_a_network_that_answers_for_the_dead() => Notices(Claims.P15, Mutants.LyingNetwork, LabPlan.SomeDead);

    [Fact]
    public void Accounting_notices_a_delivery_without_an_outcome() => NoticesIn(Claims.Accounting, LabPlan.Rough, plan =>
    {
        var run = LabRun.Play(plan);
        var end = run.Moments.Last(m => m.Event.Kind is EventKind.DeliveryAcked or EventKind.DeliveryAbandoned);
        return run with { Moments = [.. run.Moments.Where(m => m != end)] };
    });

    [Fact]
    public void Lamport_order_notices_messages_without_a_time() => Notices(Claims.LamportOrder, Mutants.TimelessMessages, LabPlan.Rough);
}
