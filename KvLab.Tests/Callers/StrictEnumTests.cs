using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Settings;
using KvLab.Nodes.Options;
using KvLab.Web.Hosting;
using KvLab.Web.Components.View;
using KvLab.Web.Experiments;
using Xunit;

namespace KvLab.Tests.Callers;

/// <summary>An enum's value is one of its names: no number, and no list of names that the framework would add up to another value.</summary>
[Trait("Category", "Unit")]
public sealed class StrictEnumTests
{
    private static readonly string[] NoName = ["", " ", "0", "1", "+1", "-1", "uniform,pareto", "uniform, fixed", " uniform", "uniform ", "Uniform,", "normal"];

    public static TheoryData<Type> ByName =>
        [.. new[] { typeof(LiveSettings).Assembly, typeof(WebHost).Assembly }.SelectMany(a => a.GetTypes()).Where(t => t.IsEnum && t.IsDefined(typeof(JsonConverterAttribute), false))];

    [Theory, MemberData(nameof(ByName))]
    public void Every_enum_that_is_written_by_name_is_read_by_name_alone(Type type)
    {
        var names = Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.Serialize(value, type, RunFile.Json)).ToList();
        foreach (var (value, name) in Enum.GetValues(type).Cast<object>().Zip(names)) Assert.Equal(value, JsonSerializer.Deserialize(name, type, RunFile.Json));
        var twoNames = $"\"{names[0].Trim('"')},{names[^1].Trim('"')}\"";
        foreach (var wrong in (string[])["0", "1", "99", "\"0\"", "\"\"", "null", "[]", twoNames, twoNames.Replace(",", ", ", StringComparison.Ordinal)])
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(wrong, type, RunFile.Json));
    }

    [Fact]
    public void A_sweep_takes_names_only()
    {
        Assert.Empty(ErrorsOf(SweepAxis.Distribution, "uniform", "Pareto"));
        Assert.Empty(ErrorsOf(SweepAxis.Versioning, "versioned", "naive"));
        foreach (var wrong in NoName.Append("versioned,naive"))
            Assert.All((SweepAxis[])[SweepAxis.Distribution, SweepAxis.Versioning], axis => Assert.NotEmpty(ErrorsOf(axis, wrong)));

        static IReadOnlyList<FieldError> ErrorsOf(SweepAxis axis, params string[] values) => new ExperimentPlan { Quorums = [1], Sweep = new Sweep(axis, values) }.Validate(5);
    }

    [Fact]
    public void So_do_fields_of_a_body()
    {
        foreach (var wrong in NoName.Select(n => $"\"{n}\"").Concat(["0", "1", "null", "[\"uniform\"]"]))
        {
            var errors = new FieldErrors();
            using var document = JsonDocument.Parse($"{{\"distribution\":{wrong}}}");
            Assert.Null(new JsonFields(document.RootElement, errors).Choice<DelayDistribution>("distribution"));
            Assert.Equal("distribution", Assert.Single(errors.All).Field);
        }
    }

    [Theory]
    [InlineData("theme", "1")]
    [InlineData("theme", "light,dark")]
    [InlineData("stage", "2")]
    [InlineData("chart", "0,1")]
    public void So_does_the_address_of_a_page(string name, string value) => Assert.Equal(ViewOptions.Default, ViewQuery.Read($"http://127.0.0.1:5080/?{name}={value}"));

    [Theory]
    [InlineData("DELAY_DISTRIBUTION", "uniform,pareto")]
    [InlineData("VERSIONING", "1")]
    [InlineData("STORAGE", "sqlite,redis:x")]
    [InlineData("STORAGE", "+1:x")]
    [InlineData("CLIENT_ACCESS", "open,token")]
    [InlineData("ROLE", "1")]
    public void So_does_a_setting_of_a_node(string name, string value)
    {
        NodeOptionsReader.Read([$"--{name}={value}", .. name == "ROLE" ? [] : (string[])["--ROLE=follower"]], _ => null, out var errors);
        Assert.Equal(name, Assert.Single(errors).Field);
    }
}
