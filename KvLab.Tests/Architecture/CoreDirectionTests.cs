using ArchUnitNET.Loader;
using KvLab.Core.Replication;
using Xunit;
using Domain = ArchUnitNET.Domain;

namespace KvLab.Tests.Architecture;

/// <summary>
/// Which folder of Core may know which. architecture.md draws Events, Versioning ← Storage ← Replication → Network; what holds is that
/// picture plus the few single types named here. Whoever needs one more adds it here and says why.
/// </summary>
[Trait("Category", "Unit")]
public sealed class CoreDirectionTests
{
    private const string Core = "KvLab.Core.";

    /// <summary>A folder, or one type of it.</summary>
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Versioning"] = [],
        ["Wire"] = [],
        // A value is kept as the text that every answer shows.
        ["Storage"] = ["Versioning", "Wire.ReadableEncoder"],
        ["Configuration"] = [],
        // Reading a client's value makes a JsonText of it.
        ["Settings"] = ["Configuration", "Storage.JsonText", "Versioning"],
        // An event that reports settings or faults carries them.
        ["Events"] = ["Versioning", "Wire", "Settings", "Network.LinkFaults", "Network.NodeFaults"],
        // Delays are drawn from settings; faults are read and checked as settings are; a message carries its write's mode.
        ["Network"] = ["Versioning", "Storage", "Configuration", "Settings"],
        ["Replication"] = ["Versioning", "Storage", "Configuration", "Settings", "Events", "Network"],
        ["Members"] = ["Versioning", "Storage", "Configuration", "Settings", "Events", "Network", "Replication"],
        // The transports in memory end at a follower and at a replica.
        ["Simulation"] = ["Versioning", "Storage", "Configuration", "Settings", "Events", "Network", "Replication", "Members"],
        // Predictions are made for settings and their delay shape.
        ["Analysis"] = ["Versioning", "Storage", "Network.DelayShape", "Settings"],
    };

    private static readonly Domain.Architecture Architecture = new ArchLoader().LoadAssembly(typeof(Leader).Assembly).Build();

    private static string FolderOf(string fullName) => fullName[Core.Length..].Split('.', 2)[0];

    // Serialisers that the compiler makes name every type inside the ones that the code names.
    private static bool IsMade(string type) => type.StartsWith(Core + "Events.EventJson", StringComparison.Ordinal);

    private static IEnumerable<(string From, string To)> Dependencies() =>
        from type in Architecture.Types
        where type.FullName.StartsWith(Core, StringComparison.Ordinal) && !IsMade(type.FullName)
        from dependency in type.Dependencies
        let target = dependency.Target.FullName
        where target.StartsWith(Core, StringComparison.Ordinal) && FolderOf(type.FullName) != FolderOf(target)
        select (type.FullName[Core.Length..], target[Core.Length..]);

    [Fact]
    public void Every_folder_knows_only_what_it_may()
    {
        var wrong = Dependencies().Where(d => MayKnow.TryGetValue(FolderOf(Core + d.From), out var allowed)
            && !allowed.Any(a => d.To == a || d.To.StartsWith(a + ".", StringComparison.Ordinal) || d.To.StartsWith(a + "+", StringComparison.Ordinal)));
        Assert.Empty(wrong.Select(d => $"{d.From} → {d.To}").Distinct());
    }

    [Fact]
    public void Folders_built_on_top_are_known_by_none_of_these()
    {
        var onTop = Dependencies().Where(d => MayKnow.ContainsKey(FolderOf(Core + d.From)) && !MayKnow.ContainsKey(FolderOf(Core + d.To)));
        Assert.Empty(onTop.Select(d => $"{d.From} → {d.To}").Distinct());
    }

    /// <summary>The rules bite: what is known to be there is seen.</summary>
    [Fact]
    public void Dependencies_inside_method_bodies_are_seen()
    {
        Assert.Contains(Dependencies(), d => d.From.StartsWith("Replication.Leader", StringComparison.Ordinal) && d.To == "Network.DelaySchedule");
        Assert.Contains(Dependencies(), d => d.From.StartsWith("Simulation.InMemoryTransport", StringComparison.Ordinal) && d.To == "Replication.Follower");
    }

    [Fact]
    public void Quorum_arithmetic_knows_nothing_else_in_Core() =>
        Assert.DoesNotContain(Architecture.Types.Single(t => t.FullName == typeof(QuorumTracker).FullName).Dependencies,
            d => d.Target.FullName.StartsWith(Core, StringComparison.Ordinal) && !d.Target.FullName.StartsWith(Core + "Replication.Quorum", StringComparison.Ordinal));
}
