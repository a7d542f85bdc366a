using System.Text;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Scenarios;
using KvLab.Core.Settings;
using KvLab.Nodes.Configuration;
using KvLab.Web.Experiments;
using KvLab.Web.Options;
using KvLab.Web.Reports;
using Xunit;

namespace KvLab.Tests.Hostile;

/// <summary>Twice the input costs at most about twice as much, and errors do not grow with it, whatever somebody sends.</summary>
[Trait("Category", "Unit")]
public sealed class LinearReadingTests
{
    private const int Size = 64_000;

    /// <summary>So much more may the double cost: a quadratic reader takes four times as long.</summary>
    private const double MostGrowth = 3;

    private const int MostBytesPerByte = 20;

    private static string Repeat(string part, int size) => string.Concat(Enumerable.Repeat(part, size / part.Length));

    private static string Numbered(int size, Func<int, string> part)
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < size; i++) text.Append(i == 0 ? "" : ",").Append(part(i));
        return text.ToString();
    }

    private static readonly string[] Names = ["key", "value", "followers", "links", "settings", "name", "quorums", "sweep", "seed", "text", "answers", "members", "labels", "hypothesis", "runs", "storageOf", "request"];

    /// <summary>Bodies of about so many bytes, by what is wrong with them.</summary>
    private static readonly Dictionary<string, Func<int, string>> Bodies = new()
    {
        ["deep"] = n => "{\"value\":" + new string('[', n / 2) + new string(']', n / 2) + "}",
        ["deep and open"] = n => "{\"value\":" + new string('[', n),
        ["deep objects"] = n => Repeat("{\"a\":", n * 5 / 6) + "1" + new string('}', n / 6),
        ["just deep enough"] = n => "{\"value\":[" + string.Join(",", Enumerable.Repeat(new string('[', 62) + new string(']', 62), n / 125)) + "]}",
        ["many fields"] = n => "{" + Numbered(n, i => $"\"f{i}\":1") + "}",
        ["one field many times"] = n => "{" + Numbered(n, _ => "\"key\":1") + "}",
        ["long name"] = n => $"{{\"{new string('x', n)}\":1}}",
        ["escaped name"] = n => $"{{\"{Repeat("\\u0041", n)}\":1}}",
        ["long text everywhere"] = n => "{" + string.Join(",", Names.Select(f => $"\"{f}\":\"{new string('x', n / Names.Length)}\"")) + "}",
        ["escapes everywhere"] = n => "{" + string.Join(",", Names.Select(f => $"\"{f}\":\"{Repeat("\\ud83d\\ude00", n / Names.Length)}\"")) + "}",
        ["long number everywhere"] = n => "{" + string.Join(",", Names.Select(f => $"\"{f}\":1{new string('0', n / Names.Length)}")) + "}",
        ["long lists everywhere"] = n => "{" + string.Join(",", Names.Select(f => $"\"{f}\":[{Numbered(n / Names.Length, i => i.ToString())}]")) + "}",
        ["lists of texts"] = n => "{" + string.Join(",", Names.Select(f => $"\"{f}\":[{Numbered(n / Names.Length, i => $"\"{i}\"")}]")) + "}",
        ["lists of objects"] = n => "{" + string.Join(",", Names.Select(f => $"\"{f}\":[{Repeat("{},", n / Names.Length)}{{}}]")) + "}",
        ["one long list of objects"] = n => $"{{\"followers\":[{Repeat("{},", n)}{{}}],\"links\":[{Repeat("{},", n)}{{}}]}}",
        ["wide objects within"] = n => "{" + string.Join(",", Names.Select(f => $"\"{f}\":{{{Numbered(n / Names.Length, i => $"\"f{i}\":0")}}}")) + "}",
        ["a large value"] = n => $"{{\"key\":\"k\",\"value\":{{{Numbered(n, i => $"\"f{i}\":[1,\"é\"]")}}}}}",
    };

    /// <summary>Everything that is read from a body, one reader after the other.</summary>
    private static readonly Dictionary<string, Action<JsonFields>> Readers = new()
    {
        ["write"] = f => (f.Key(), f.Value()).ToString(),
        ["settings"] = f => LiveSettingsPatch.Read(f),
        ["link"] = f => LinkFaults.Read(f),
        ["followers"] = f => FollowerList.Check(FollowerList.Read(f), "followers", new FieldErrors()),
        ["plan"] = f => PlanReader.Read(f),
        ["report"] = f => ReportRequestReader.Read(f),
        ["storage"] = f => StorageRequest.Read(f),
        ["links"] = f => f.RequiredObjects("links"),
        ["nothing"] = f => f.AllowOnly(),
        ["texts"] = f => f.Texts("followers"),
    };

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory, MemberData(nameof(Shapes))]
    public void A_body_of_twice_the_size_costs_no_reader_three_times_as_much(string shape)
    {
        var (single, twice) = (Encoding.UTF8.GetBytes(Bodies[shape](Size)), Encoding.UTF8.GetBytes(Bodies[shape](2 * Size)));
        foreach (var (name, reader) in Readers)
        {
            AssertLinear($"{name}, {shape}", single.Length, () => Read(single, reader), () => Read(twice, reader));
            var errors = Read(twice, reader);
            Assert.True(errors.Count <= FieldErrors.Most + 1, $"{name}, {shape}: {errors.Count} errors");
            Assert.All(errors, e => Assert.InRange(e.Message.Length, 1, ErrorText.LongestSentence));
            Assert.All(errors, e => Assert.InRange(e.Field.Length, 1, ErrorText.LongestName));
        }
    }

    [Fact]
    public void Levels_beyond_the_limit_are_told_from_text_that_is_no_JSON()
    {
        Assert.Contains("too deep", Assert.Single(Read(Encoding.UTF8.GetBytes(Bodies["deep"](Size)), Readers["write"])).Message);
        Assert.Contains("not JSON", Assert.Single(Read(Encoding.UTF8.GetBytes(Bodies["deep and open"](Size)), Readers["write"])).Message);
    }

    [Theory]
    [InlineData("# T\n", "a\n")]
    [InlineData("# T\n", "> x\n")]
    [InlineData("# T\n> kill ", "leader")]
    [InlineData("# T\n> ", "\"a\" ")]
    [InlineData("", "\r")]
    public void A_scenario_of_twice_the_size_costs_no_three_times_as_much(string beginning, string part)
    {
        var half = Scenario.LongestText / 2 - beginning.Length;
        AssertLinear($"scenario of {part}", half, () => Parse(beginning + Repeat(part, half)), () => Parse(beginning + Repeat(part, 2 * half)));
        var wrong = Assert.Throws<ScenarioSyntaxException>(() => Scenario.Parse(beginning + Repeat(part, 60_000)));
        Assert.InRange(wrong.Errors.Count, 1, FieldErrors.Most + 1);
        Assert.All(wrong.Errors, e => Assert.InRange(e.Message.Length, 1, ErrorText.LongestSentence));

        static void Parse(string text)
        {
            try
            {
                Scenario.Parse(text);
            }
            catch (ScenarioSyntaxException)
            {
                // Most of these are no scenarios.
            }
        }
    }

    [Fact]
    public void Of_many_mistakes_the_first_are_listed_and_the_others_counted()
    {
        var errors = new FieldErrors();
        for (var i = 0; i < 1_000; i++) errors.Add($"f{i}", $"f{i} is wrong.");
        Assert.Equal(FieldErrors.Most + 1, errors.All.Count);
        Assert.Equal("950 more problems are not listed, the first of them with f50.", errors.All[^1].Message);
    }

    private static IReadOnlyList<FieldError> Read(byte[] body, Action<JsonFields> read)
    {
        var errors = new FieldErrors();
        using var document = JsonObjectText.Parse(body, errors);
        if (document is not null) read(new JsonFields(document.RootElement, errors));
        return errors.All;
    }

    private static void AssertLinear(string what, int bytes, Action single, Action twice)
    {
        // The first run makes code and fills pools.
        single();
        twice();
        var (least, doubled) = (Cost.Of(single), Cost.Of(twice));
        // On a busy machine a clock of the thread is not exact either: what is linear is so at the second look.
        for (var look = 0; look < 5 && doubled.Seconds > MostGrowth * least.Seconds; look++) (least, doubled) = (Cost.Of(single), Cost.Of(twice));
        Assert.True(doubled.Seconds <= MostGrowth * least.Seconds, $"{what}: {least.Seconds * 1000:0.000} ms, for twice the size {doubled.Seconds * 1000:0.000} ms");
        Assert.True(doubled.Bytes <= MostBytesPerByte * 2L * bytes, $"{what}: {doubled.Bytes} bytes allocated for {2 * bytes}");
    }
}
