using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Goldens;
using Xunit;

namespace KvLab.Tests.Replay;

/// <summary>Whoever has the messages has the state: at every moment, anywhere, and later.</summary>
[Trait("Category", "Scenario")]
public sealed class ReplayTests
{
    /// <summary>Runs with faults, failovers and restarts. Seeds that no golden has; a new one each day finds what these do not.</summary>
    public static TheoryData<string> Runs =>
        ["story-failover-wn", "story-silent-start", "story-leader-restart-naive", "chaos-31", "chaos-32", $"chaos-{1_000 + DateTime.UtcNow.DayOfYear}"];

    // A picture of a long run takes a millisecond to write down: there every so many messages are enough, for a difference stays.
    private const int LongRun = 500;
    private const int EveryOfLong = 40;

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_state_that_is_rebuilt_in_another_process_is_the_live_one_after_every_message(string name)
    {
        var file = Path.GetTempFileName();
        try
        {
            var live = Watch(PlayedRun.Of(name), file);
            var rebuilt = await AnotherProcess.StatesOf(file);
            Assert.True(live.Count > 10);
            Assert.Equal(live.Count, rebuilt.Length);
            for (var i = 0; i < live.Count; i++)
                Assert.True(live[i].Hash == rebuilt[i], $"{name}: after picture {i + 1} of {live.Count} the states differ. Live it was\n{live[i].Beginning}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_tape_that_lacks_one_message_makes_another_state()
    {
        var file = Path.GetTempFileName();
        try
        {
            var live = Watch(PlayedRun.Of("story-silent-start"), file);
            var messages = Tape.Read(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).ToList();
            messages.RemoveAt(messages.FindIndex(m => m.What is EventsReceived));
            await using (var tape = File.Create(file))
                foreach (var message in messages) Tape.Append(tape, message);
            Assert.NotEqual(live[^1].Hash, (await AnotherProcess.StatesOf(file))[^1]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static List<(string Hash, string Beginning)> Watch(PlayedRun run, string file)
    {
        var states = new List<(string, string)>();
        using var tape = File.Create(file);
        foreach (var _ in Observer.Watch(run, run.Events.Count() < LongRun ? 1 : EveryOfLong, observed => Tape.Append(tape, observed), Look))
        {
        }
        return states;

        void Look(ClusterObserver observer, ClusterSnapshot snapshot)
        {
            var text = StateText.Of(snapshot);
            states.Add((Golden.Hash(text), text[..Math.Min(text.Length, 300)]));
            // Onlookers come at moments of their own, and what they ask for must leave the same traces.
            if (states.Count % 7 == 0 && snapshot.Writes is [var latest, ..]) observer.FindDurability(latest.Version);
            if (states.Count % 31 == 0) observer.DurabilityBeyond([.. snapshot.Nodes.Take(2).Select(n => n.Id)], 3);
        }
    }
}
