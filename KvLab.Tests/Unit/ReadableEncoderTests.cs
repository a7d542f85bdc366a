using System.Text.Json;
using KvLab.Core.Storage;
using KvLab.Core.Wire;
using KvLab.Web.Csv;
using Xunit;

namespace KvLab.Tests.Unit;

/// <summary>Values look in every answer as people wrote them, and no other way.</summary>
[Trait("Category", "Unit")]
public sealed class ReadableEncoderTests
{
    [Theory]
    [InlineData("值 😀", "值 😀")]
    [InlineData("𝔘𝔫𝔦 🏳️‍🌈 é", "𝔘𝔫𝔦 🏳️‍🌈 é")]
    [InlineData("<b>&'</b>", "<b>&'</b>")]
    [InlineData("a\"b\\c", "a\\\"b\\\\c")]
    [InlineData("\n\r\t\b\f", "\\n\\r\\t\\b\\f")]
    [InlineData("\u0000\u001F\u007F\u0085", "\\u0000\\u001F\\u007F\\u0085")]
    [InlineData("a\u200Bb\u202Ec\uFEFF\u2028\u00A0", "a\\u200Bb\\u202Ec\\uFEFF\\u2028\\u00A0")]
    [InlineData("\U000E0041", "\\uDB40\\uDC41")]
    public void Text_is_escaped_where_json_or_its_reader_needs_it_and_nowhere_else(string text, string json)
    {
        var written = JsonSerializer.Serialize(text, ReadableJson.Options);
        Assert.Equal($"\"{json}\"", written);
        Assert.Equal(text, JsonSerializer.Deserialize<string>(written));
        Assert.Equal(written, JsonText.Of(text).ToString());
        Assert.Equal(written, JsonText.Parse(JsonSerializer.Serialize(text)).ToString());
        Assert.Equal(written, JsonSerializer.Serialize(text, EventExport.Json));
    }

    [Fact]
    public void Every_character_reads_back()
    {
        for (var scalar = 0; scalar <= 0x10FFFF; scalar++)
        {
            if (scalar is >= 0xD800 and <= 0xDFFF) continue;
            var text = $"a{char.ConvertFromUtf32(scalar)}b";
            var written = JsonSerializer.SerializeToUtf8Bytes(text, ReadableJson.Options);
            if (JsonSerializer.Deserialize<string>(written) != text) Assert.Fail($"U+{scalar:X4} came back as {JsonSerializer.Deserialize<string>(written)}.");
        }
    }

    [Fact]
    public void Long_texts_of_both_kinds_are_written_whole()
    {
        var text = string.Concat(Enumerable.Repeat("plain ASCII, 值, 😀, \u202E and \"quotes\"; ", 500));
        Assert.Equal(text, JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(text, ReadableJson.Options)));
    }
}
