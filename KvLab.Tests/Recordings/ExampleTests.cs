using System.Text;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Recordings;
using KvLab.Tests.Architecture;
using Xunit;

namespace KvLab.Tests.Recordings;

/// <summary>docs/event-format.md is what the code does.</summary>
[Trait("Category", "Unit")]
public sealed class ExampleTests
{
    [Fact]
    public void The_example_of_the_page_is_what_is_written()
    {
        using var file = new MemoryStream();
        using (var writer = new RecordingWriter(file, Recorded.Header))
        {
            writer.Append(new Observed(new ObserverTime(100, Recorded.Header.BegunAt), Recorded.Batch(1, 1)), 0);
            writer.Append(new Observed(new ObserverTime(200, Recorded.Header.BegunAt.AddMilliseconds(100)), PictureTaken.Instance), 1);
            writer.AppendKeyframe("state"u8, 1);
            writer.Close(1);
        }

        var dump = Dump(file.ToArray());
        Assert.True(SourceTree.Read("docs/event-format.md").Contains(dump, StringComparison.Ordinal), $"The example must be\n{dump}");
    }

    [Fact]
    public void The_page_names_every_column_in_its_order_and_every_fact()
    {
        var page = SourceTree.Read("docs/event-format.md");
        foreach (var column in Enum.GetValues<RecordingColumn>()) Assert.Contains($"| {(int)column} | {column} |", page, StringComparison.Ordinal);
        foreach (var fact in Enum.GetValues<Core.Events.PackedFacts>().Where(f => f is not (Core.Events.PackedFacts.None or Core.Events.PackedFacts.All)))
            Assert.Contains($"{Math.Log2((int)fact)} {fact}", page, StringComparison.Ordinal);
    }

    private static string Dump(byte[] bytes)
    {
        var text = new StringBuilder();
        for (var at = 0; at < bytes.Length; at += 16)
        {
            var line = bytes.AsSpan(at, Math.Min(16, bytes.Length - at));
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{at:X4}  {string.Join(' ', line.ToArray().Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture))),-47}  ");
            foreach (var b in line) text.Append(b is > 0x20 and < 0x7F ? (char)b : '.');
            text.Append('\n');
        }

        return text.ToString();
    }
}
