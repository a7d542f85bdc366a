using System.Text.Json;
using KvLab.Core.Chaos;
using KvLab.Web.Csv;
using Xunit;

namespace KvLab.Tests.Goldens;

/// <summary>
/// Stories and chaos runs report the same events, byte for byte, as when the goldens were made. A seed decides the interleaving, so a
/// change that only moves code leaves every stream alone.
/// </summary>
[Trait("Category", "Scenario")]
public sealed class StreamGoldenTests
{
    /// <summary>A short stream is kept whole, of a longer one the beginning and a hash per block.</summary>
    private const int Block = 100;
    private const int Beginning = 25;

    /// <summary>Where to put whole streams, to compare two builds with diff; see docs/decisions/0033.</summary>
    private const string WholeStreams = "KVLAB_GOLDEN_STREAMS";

    public static TheoryData<string> Names => PlayedRun.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_run_reports_the_same_events_as_before(string name)
    {
        var events = PlayedRun.Of(name).Events.Select(e => JsonSerializer.Serialize(e, EventExport.Json)).ToArray();
        if (Environment.GetEnvironmentVariable(WholeStreams) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllLines(Path.Combine(folder, $"{name}.ndjson"), events);
        }

        Golden.Check(Path.Combine("Streams", $"{name}.txt"), Lines(events), line => Hint(events, line));
    }

    [Fact]
    public void The_chaos_runs_have_every_kind_of_fault_between_them() =>
        Assert.Equal(Enum.GetValues<ChaosKind>(), PlayedRun.ChaosKinds.Order());

    [Fact]
    public void A_difference_is_told_with_its_first_line()
    {
        string[] events = [.. Enumerable.Range(1, 230).Select(i => $"event {i}")];
        var before = Lines(events);
        Assert.Null(Golden.FirstDifference(before, Lines(events)));
        events[7] = "another";
        Assert.Contains("before: event 8\n  now:    another", Golden.FirstDifference(before, Lines(events)), StringComparison.Ordinal);
        events[7] = "event 8";
        events[150] = "another";
        Assert.Contains("events 101 to 200", Golden.FirstDifference(before, Lines(events)), StringComparison.Ordinal);
        events[150] = "event 151";
        Assert.Contains("now:    events 201 to 229", Golden.FirstDifference(before, Lines(events[..229])), StringComparison.Ordinal);
    }

    private static List<string> Lines(string[] events)
    {
        if (events.Length <= Block) return [.. events];
        return
        [
            .. events[..Beginning],
            .. events.Chunk(Block).Select((block, i) =>
                $"events {i * Block + 1} to {i * Block + block.Length}: {Golden.Hash(string.Join('\n', block))}"),
        ];
    }

    /// <summary>Of a block only the hash is known from before; its events of now are a place to begin.</summary>
    private static string? Hint(string[] events, int line)
    {
        if (events.Length <= Block || line < Beginning || (line - Beginning) * Block is var first && first >= events.Length) return null;
        return $"The first difference is within {Block} events, which begin with\n  {events[first]}\n"
            + $"{WholeStreams}=<folder> writes whole streams: run it on both builds and compare the folders with diff.";
    }
}
