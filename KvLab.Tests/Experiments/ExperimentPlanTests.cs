using System.Text;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Settings;
using KvLab.Web.Experiments;
using Xunit;

namespace KvLab.Tests.Experiments;

[Trait("Category", "Unit")]
public sealed class ExperimentPlanTests
{
    [Theory]
    [InlineData("""{"writes":0}""", "writes")]
    [InlineData("""{"writes":1.5}""", "writes")]
    [InlineData("""{"keys":0}""", "keys")]
    [InlineData("""{"concurrency":201}""", "concurrency")]
    [InlineData("""{"quorums":[]}""", "quorums")]
    [InlineData("""{"quorums":[6]}""", "quorums")]
    [InlineData("""{"quorums":[1,1]}""", "quorums")]
    [InlineData("""{"quorums":"1"}""", "quorums")]
    [InlineData("""{"minDelayMs":5,"maxDelayMs":1}""", "minDelayMs")]
    [InlineData("""{"preset":"nonsense"}""", "preset")]
    [InlineData("""{"repetitions":99}""", "repetitions")]
    [InlineData("""{"sweep":{"axis":"nonsense","values":["1"]}}""", "sweep.axis")]
    [InlineData("""{"sweep":{"axis":"keys","values":["many"]}}""", "sweep")]
    [InlineData("""{"sweep":{"axis":"keys"}}""", "sweep.values")]
    [InlineData("""{"sweep":{"axis":"followers","values":["16"]}}""", "sweep")]
    [InlineData("""{"wrties":5}""", "wrties")]
    [InlineData("""{"name":"a\u0001b"}""", "name")]
    [InlineData("""{"sweep":{"axis":"distribution","values":["uniform,pareto"]}}""", "sweep")]
    [InlineData("""{"sweep":{"axis":"versioning","values":["1"]}}""", "sweep")]
    [InlineData("""{"quorums":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}""", "quorums")]
    [InlineData("""{"writes":1000000,"repetitions":2}""", "writes")]
    [InlineData("""{"quorums":[1,2,3,4,5],"repetitions":20,"sweep":{"axis":"keys","values":["1","2","3"]}}""", "quorums")]
    public void A_wrong_field_is_named(string json, string field)
    {
        var errors = new FieldErrors();
        using var document = JsonObjectText.Parse(Encoding.UTF8.GetBytes(json), errors);
        var plan = PlanReader.Read(new JsonFields(document!.RootElement, errors));
        var all = errors.All.Count > 0 ? errors.All : plan.Validate(followers: 5);
        Assert.Contains(all, e => e.Field == field && e.Message.Contains(field));
    }

    [Theory]
    [InlineData(2_000_000)]
    [InlineData(int.MaxValue)]
    public void Points_are_counted_without_being_made(int repetitions)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var errors = new ExperimentPlan { Quorums = [.. Enumerable.Range(0, 16)], Repetitions = repetitions }.Validate(followers: 15);
        Assert.Contains(errors, e => e.Field == "repetitions");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Many_mistakes_are_counted_and_few_are_told()
    {
        var errors = new FieldErrors();
        for (var i = 0; i < 5000; i++) errors.Add(new string('f', 200), new string('m', 5000));
        Assert.Equal(FieldErrors.Most + 1, errors.All.Count);
        Assert.All(errors.All, e => Assert.True(e.Field.Length <= ErrorText.LongestName && e.Message.Length <= ErrorText.LongestSentence));
        Assert.Contains("4950 more", errors.All[^1].Message);
    }

    [Fact]
    public void A_story_that_is_too_long_is_refused_before_it_is_read()
    {
        var text = "# T\n" + string.Concat(Enumerable.Repeat("a\n", 40_000));
        Assert.Contains("at most", Assert.Throws<KvLab.Core.Scenarios.ScenarioSyntaxException>(() => KvLab.Core.Scenarios.Scenario.Parse(text)).Message);
        var burst = "# T\n" + string.Concat(Enumerable.Repeat("> burst 10000 writes\n", 11));
        Assert.Contains("110000", Assert.Throws<KvLab.Core.Scenarios.ScenarioSyntaxException>(() => KvLab.Core.Scenarios.Scenario.Parse(burst)).Message);
        var wrong = "# T\n" + string.Concat(Enumerable.Repeat("> fly\n", 4000));
        Assert.Equal(FieldErrors.Most + 1, Assert.Throws<KvLab.Core.Scenarios.ScenarioSyntaxException>(() => KvLab.Core.Scenarios.Scenario.Parse(wrong)).Errors.Count);
    }

    [Fact]
    public void Every_preset_is_valid_and_can_be_found_by_name() =>
        Assert.All(Presets.All, p =>
        {
            Assert.Empty(p.Validate(5));
            Assert.Same(p, Presets.Find(p.Preset));
        });

    [Fact]
    public void Points_cross_quorums_sweep_and_repetitions()
    {
        var plan = new ExperimentPlan { Quorums = [1, 5], Repetitions = 3, Sweep = new Sweep(SweepAxis.DelayRange, ["0-1", "0.5-10"]) };
        var points = plan.Points(5);
        Assert.Equal(12, points.Count);
        Assert.Equal(12, plan.PointCount);
        Assert.Equal(Enumerable.Range(0, 12), points.Select(p => p.Index));
        Assert.Contains(points, p => p.Settings is { MinDelayMs: 0.5, MaxDelayMs: 10, WriteQuorum: 5 });
    }

    [Fact]
    public void Latency_percentiles_are_samples_that_really_occurred()
    {
        var summary = LatencySummary.Of(Enumerable.Range(1, 200).Select(i => (double)i));
        Assert.Equal((200, 100.5, 1d, 100d, 180d, 190d, 198d, 200d),
            (summary.Count, summary.MeanMs, summary.MinMs, summary.P50Ms, summary.P90Ms, summary.P95Ms, summary.P99Ms, summary.MaxMs));
        Assert.Equal(57.879, summary.SdMs, 0.001);
    }
}
