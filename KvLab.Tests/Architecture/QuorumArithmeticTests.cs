using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using KvLab.Core.Replication;
using Xunit;
using Domain = ArchUnitNET.Domain;

namespace KvLab.Tests.Architecture;

/// <summary>Teachers open this file first: it can be read without any other. Which folder knows which is in <see cref="FolderTests"/>.</summary>
[Trait("Category", "Unit")]
public sealed class QuorumArithmeticTests
{
    private const string Core = "KvLab.Core.";

    private static readonly Domain.Architecture Architecture = new ArchLoader().LoadAssembly(typeof(Leader).Assembly).Build();

    [Fact]
    public void Quorum_arithmetic_knows_nothing_else_in_Core() =>
        Assert.DoesNotContain(Architecture.Types.Single(t => t.FullName == typeof(QuorumTracker).FullName).Dependencies,
            d => d.Target.FullName.StartsWith(Core, StringComparison.Ordinal) && !d.Target.FullName.StartsWith(Core + "Replication.Quorum", StringComparison.Ordinal));
}
