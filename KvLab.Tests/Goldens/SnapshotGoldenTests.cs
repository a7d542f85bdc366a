using Xunit;

namespace KvLab.Tests.Goldens;

/// <summary>
/// What an observer makes of the same streams stays as it was: the whole snapshot after every thousand events (of a short story after every
/// five) and at the end, and every sentence that explains it. A part that is as it was in the snapshot before is left out.
/// </summary>
[Trait("Category", "Scenario")]
public sealed class SnapshotGoldenTests
{
    public const int Every = 1_000;
    private const int ShortStory = 100;
    private const int EveryOfShort = 5;

    private const string WholeSnapshots = "KVLAB_GOLDEN_SNAPSHOTS";

    public static TheoryData<string> Names => PlayedRun.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void An_observer_of_a_run_shows_the_same_as_before(string name)
    {
        var lines = new List<string>();
        var whole = new List<string>();
        var before = new Dictionary<string, string>();
        var run = PlayedRun.Of(name);
        foreach (var (events, at, snapshot) in Observer.Watch(run, run.Events.Count() <= ShortStory ? EveryOfShort : Every))
        {
            Add($"=== after {events} events, at {at} ===", null);
            foreach (var (part, text) in SnapshotText.Parts(snapshot)) Add(part, text);
        }

        if (Environment.GetEnvironmentVariable(WholeSnapshots) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllLines(Path.Combine(folder, $"{name}.txt"), whole);
        }

        Golden.Check(Path.Combine("Snapshots", $"{name}.txt"), lines, line =>
            $"It is in the snapshot {Golden.Heading(lines, line)}\n"
            + $"{WholeSnapshots}=<folder> writes whole snapshots: run it on both builds and compare the folders with diff.");

        void Add(string part, string? text)
        {
            whole.Add(text is null ? part : $"{part}: {text}");
            var line = text is null ? part : SnapshotText.Line(part, text);
            if (before.GetValueOrDefault(part) != line) lines.Add(line);
            before[part] = line;
        }
    }
}
