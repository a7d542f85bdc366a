using System.Text.Json;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Wire;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Events;
using KvLab.Web.Csv;
using Xunit;

namespace KvLab.Tests.Unit;

/// <summary>Two texts that are not the same do not look the same.</summary>
[Trait("Category", "Unit")]
public sealed class UnseenTests
{
    [Theory]
    [InlineData("k1\u200B", "k1⟨U+200B⟩")]
    [InlineData("\u202Etxt.exe", "⟨U+202E⟩txt.exe")]
    [InlineData("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩")]
    [InlineData("k\u200D1", "k⟨U+200D⟩1")]
    [InlineData("k1\uFE0F", "k1⟨U+FE0F⟩")]
    [InlineData("a\u00A0b\u2003c", "a⟨U+00A0⟩b⟨U+2003⟩c")]
    [InlineData("a\u00ADb", "a⟨U+00AD⟩b")]
    [InlineData("\u3164", "⟨U+3164⟩")]
    [InlineData("k\U000E0041", "k⟨U+E0041⟩")]
    [InlineData("a\u0000\n\t", "a⟨U+0000⟩⟨U+000A⟩⟨U+0009⟩")]
    [InlineData("\uE000", "⟨U+E000⟩")]
    public void What_nobody_sees_is_written_out(string text, string shown) => Assert.Equal(shown, Unseen.Shown(text));

    [Fact]
    public void Half_a_character_is_named_by_its_number() => Assert.Equal("half ⟨U+D83D⟩ of one", Unseen.Shown("half \uD83D of one"));

    [Fact]
    public void Events_cells_and_writes_name_keys_so_and_exports_stay_exact()
    {
        var e = new NodeEvent { Node = "leader", Incarnation = "a", Sequence = 1, Kind = EventKind.EntryApplied, Key = "k1\u200B", Epoch = 1, Version = 2 };
        Assert.Contains("of k1⟨U+200B⟩", Explain.Plain.Event(e), StringComparison.Ordinal);
        Assert.Contains("k1⟨U+200B⟩", EventFacts.Brief(e, Labels.Plain), StringComparison.Ordinal);
        var row = new ClusterStory { Writes = 1, Keys = 1 }.Tell().Keys.Values.First() with { Key = "k1\u202E" };
        Assert.Contains("k1⟨U+202E⟩", Explain.Plain.Cell(row, "follower-1", ClusterSnapshot.Empty), StringComparison.Ordinal);
        Assert.Contains("k1\\u200B", JsonSerializer.Serialize(e, EventExport.Json), StringComparison.Ordinal);
        Assert.Contains("\u202E", CsvWriter.Text(csv => csv.Row("k1\u202E")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain key-1_x")]
    [InlineData("值　キー 한글")]
    [InlineData("😀 👩‍👩‍👧 🏳️‍🌈 1️⃣ ❤️ 👍🏽")]
    [InlineData("می‌خواهم क्‍ष")]
    [InlineData("é e\u0301 ñ ß")]
    public void What_people_write_stays_as_it_is(string text) => Assert.Same(text, Unseen.Shown(text));
}
