using System.Text;
using System.Text.Json;
using CsCheck;
using KvLab.Core.Storage;
using Xunit;

namespace KvLab.Tests.Storage;

[Trait("Category", "Unit")]
public sealed class JsonTextTests
{
    [Theory]
    [InlineData(" { \"a\" : [ 1 , 2 ] } ", "{\"a\":[1,2]}")]
    [InlineData("\"\\u0041\\/\"", "\"A/\"")]
    [InlineData("\"<&'+日\"", "\"<&'+日\"")]
    [InlineData("1.0", "1.0")]
    [InlineData("1E+2", "1E+2")]
    [InlineData("{\"b\":1,\"a\":2,\"b\":3}", "{\"b\":1,\"a\":2,\"b\":3}")]
    public void Any_text_of_a_value_becomes_its_compact_text(string json, string compact) => Assert.Equal(compact, JsonText.Parse(json).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("nul")]
    [InlineData("{} {}")]
    [InlineData("[1,]")]
    [InlineData("// comment\n1")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\":1}")]
    public void What_is_not_one_valid_value_is_a_JsonException(string json) => Assert.ThrowsAny<JsonException>(() => JsonText.Parse(json));

    [Fact]
    public void Too_deep_is_a_JsonException() =>
        Assert.ThrowsAny<JsonException>(() => JsonText.Parse(new string('[', 65) + new string(']', 65)));

    [Fact]
    public void Half_a_character_inside_a_body_is_a_JsonException() =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<JsonText>("\"\\ud800\""));

    [Fact]
    public void Equal_values_in_other_clothes_are_equal_and_hash_alike()
    {
        var one = JsonText.Parse("[1, \"\\u0061\"]");
        var two = JsonText.Parse("[1,\"a\"]");
        Assert.True(one == two && one.Equals((object)two) && one.GetHashCode() == two.GetHashCode());
        Assert.True(JsonText.Parse("1") != JsonText.Parse("1.0"));
    }

    [Fact]
    public void The_default_is_null() => Assert.Equal((JsonText.Parse("null"), 4), (default, default(JsonText).Length));

    [Fact]
    public void It_passes_through_the_serializer_untouched() =>
        Assert.Equal("{\"Value\":{\"a\":[null,1.50]}}", JsonSerializer.Serialize(new { Value = JsonSerializer.Deserialize<JsonText>("{ \"a\": [null, 1.50] }") }));

    [Fact]
    public void Null_inside_a_body_is_the_value_null() => Assert.Equal(default, JsonSerializer.Deserialize<JsonText>("null"));

    [Fact]
    public void Text_of_any_string_reads_back_as_that_string() => Gen.String.Sample(s =>
    {
        // Half characters are no Unicode; the encoder puts a replacement character for each.
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s));
        Assert.Equal(valid, JsonSerializer.Deserialize<string>(JsonText.Of(s).Utf8));
    });

    [Fact]
    public void Length_counts_bytes_not_characters() => Assert.Equal(2 + 3, JsonText.Of("日").Length);

    [Fact]
    public void A_preview_is_short_ends_in_an_ellipsis_and_never_cuts_a_character() =>
        Gen.Select(Gen.OneOf(Gen.Const("a"), Gen.Const("日"), Gen.Const("😀")).Array[0, 120], Gen.Int[2, 60]).Sample((parts, limit) =>
        {
            var text = JsonText.Of(string.Concat(parts));
            var preview = text.Preview(limit);
            Assert.True(preview.Length <= limit);
            Assert.Equal(preview, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(preview)));
            if (text.ToString().Length <= limit) Assert.Equal(text.ToString(), preview);
            else Assert.True(preview.EndsWith('…') && text.ToString().StartsWith(preview[..^1], StringComparison.Ordinal) && preview.Length >= limit - 1);
        }, iter: 2000);
}
