using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>Processes of one machine share its clock, so what each of them reports can be put on one line.</summary>
[Trait("Category", "Process")]
public sealed class ClockProcessTests(LabOfThree shared) : IClassFixture<LabOfThree>
{
    [Fact]
    public async Task On_one_machine_no_message_arrives_before_it_was_sent()
    {
        var lab = await shared.FreshAsync();
        // A key each: of one key a follower may be sent the newest alone.
        for (var i = 0; i < 20; i++) await lab.WriteAsync($"k{i}", "1");
        var snapshot = await lab.WhenAsync(s => s.Quiescent && s.Kpis.Success == 20 && s.Nodes.Sum(n => n.Applied) >= 60);
        var clocks = snapshot.Nodes.ToDictionary(n => n.Id, n => n.Clock);
        Assert.All(clocks.Values, clock => Assert.Equal(0, clock?.ErrorNs));
        long At(NodeEvent e) => e.MonotonicNs + clocks[e.Node]!.OffsetNs;

        var events = snapshot.Events.NewestFirst().ToList();
        var sent = events.Where(e => e.Kind == EventKind.ReplicationStarted).ToDictionary(e => e.EntryVersion, At);
        var acked = events.Where(e => e.Kind == EventKind.DeliveryAcked).ToDictionary(e => (e.EntryVersion, e.Peer!), At);
        var applied = events.Where(e => e.Kind == EventKind.EntryApplied && sent.ContainsKey(e.EntryVersion)).ToList();
        Assert.Equal(60, applied.Count);
        foreach (var e in applied)
        {
            Assert.True(sent[e.EntryVersion] <= At(e), $"{e.EntryVersion} reached {e.Node} {sent[e.EntryVersion] - At(e)} ns before it was sent.");
            Assert.True(At(e) <= acked[(e.EntryVersion, e.Node)], $"{e.EntryVersion} was acked {At(e) - acked[(e.EntryVersion, e.Node)]} ns before {e.Node} had it.");
        }
    }
}
