using KvLab.Core.Observation.Messages;
using KvLab.Core.Simulator;
using Xunit;
using Held = KvLab.Core.Simulator.Simulation;

namespace KvLab.Tests.Simulator;

/// <summary>The observer of a simulation is told of its reads, as the lab's is of those of its clients.</summary>
[Trait("Category", "Unit")]
public sealed class SimulatedReadTests
{
    private static IReadOnlyList<ReadTold> Told(Held simulation) =>
        [.. simulation.Place.Tape.From(0).Select(o => o.What).OfType<ClientsTold>().SelectMany(c => c.Reads ?? [])];

    /// <summary>Promised to a client: both followers that W needs have it, and follower-3 has not.</summary>
    private static Held Promised()
    {
        var simulation = new Held(SimulationPlan.Standard);
        simulation.Do("write k1 = a");
        foreach (var follower in (string[])["follower-1", "follower-2"]) simulation.Choose(simulation.Enabled.First(c => c.Kind == ChoiceKind.Deliver && c.Node == follower));
        return simulation;
    }

    private static void Read(Held simulation, string node)
    {
        simulation.Do($"read k1 from {node}");
        simulation.Choose(simulation.Enabled.First(c => c.Sentence == $"The answer of {node} to a read of k1 arrives."));
    }

    [Fact]
    public void A_read_is_told_while_its_answer_travels_and_when_the_client_has_it()
    {
        var simulation = Promised();
        simulation.Do("read k1 from follower-1");
        var travels = Assert.Single(Told(simulation));
        Assert.Equal(("follower-1", "k1", 1, true, true, false), (travels.Node, travels.Key, travels.Version, travels.Answered, travels.Open, travels.Stale));
        Assert.True(travels.EndedNs > travels.AnsweredNs);
        simulation.Choose(simulation.Enabled.First(c => c.Sentence == "The answer of follower-1 to a read of k1 arrives."));
        Assert.Equal(travels with { Open = false }, Told(simulation)[^1]);
    }

    [Fact]
    public void A_read_that_misses_what_was_promised_when_it_began_is_stale()
    {
        var simulation = Promised();
        Read(simulation, "follower-3");
        Assert.True(Told(simulation)[^1] is { Version: 0, Stale: true });
    }

    [Fact]
    public void A_read_of_a_dead_node_is_told_as_one_without_an_answer()
    {
        var simulation = Promised();
        simulation.Do("kill follower-1");
        simulation.Do("read k1 from follower-1");
        Assert.True(Assert.Single(Told(simulation)) is { Answered: false, Open: false, Stale: false, Version: 0 });
    }

    [Fact]
    public void Reads_go_backwards_where_one_begins_after_a_newer_one_has_ended_and_not_where_both_travel()
    {
        var simulation = Promised();
        Read(simulation, "follower-3");
        Read(simulation, "follower-1");
        Assert.Equal(0, simulation.Snapshot.ReadsBackwards);
        Read(simulation, "follower-3");
        Assert.Equal(1, simulation.Snapshot.ReadsBackwards);
        simulation.Undo(2);
        Assert.Equal(0, simulation.Snapshot.ReadsBackwards);

        var both = Promised();
        both.Do("read k1 from follower-3");
        both.Do("read k1 from follower-1");
        foreach (var node in (string[])["follower-1", "follower-3"]) both.Choose(both.Enabled.First(c => c.Sentence == $"The answer of {node} to a read of k1 arrives."));
        Assert.Equal(0, both.Snapshot.ReadsBackwards);
    }
}
