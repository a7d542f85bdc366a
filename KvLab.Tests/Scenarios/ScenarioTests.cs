using KvLab.Tests.Architecture;
using Xunit;

namespace KvLab.Tests.Scenarios;

/// <summary>Every file of the library, in many interleavings. With <c>KVLAB_UPDATE_SCENARIOS=1</c> the traces are written anew, to be reviewed as a diff.</summary>
[Trait("Category", "Scenario")]
public sealed class ScenarioTests
{
    private const int Interleavings = 25;
    private const string Library = "KvLab.Tests/Scenarios/Library";

    public static TheoryData<string> Files => new(Directory.EnumerateFiles(Path.Combine(SourceTree.Root, Library), "*.scenario").Select(f => Path.GetFileName(f)).Order());

    [Theory]
    [MemberData(nameof(Files))]
    public void Story_comes_true_in_every_interleaving(string file)
    {
        var path = Path.Combine(SourceTree.Root, Library, file);
        var scenario = Scenario.Parse(File.ReadAllText(path));
        for (var seed = 0; seed < Interleavings; seed++)
        {
            var result = ScenarioRunner.Run(scenario, new LabStage(seed));
            if (result.Failure is null) continue;
            if (Environment.GetEnvironmentVariable("KVLAB_UPDATE_SCENARIOS") == "1") File.WriteAllText(path, scenario.WithTraces(result.Printed));
            Assert.Fail($"{file}, interleaving {seed}: {result.Failure}");
        }
    }
}
