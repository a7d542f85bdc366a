using System.Text;
using System.Text.Json.Nodes;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Web.Experiments;
using Xunit;

namespace KvLab.Tests.Experiments;

/// <summary>A file that no KvLab measured is refused, and the refusal names the field.</summary>
[Trait("Category", "Unit")]
public sealed class ImportedRunTests
{
    private static readonly Lazy<ExperimentRun> Run = new(() =>
        WorldExperiment.Run(Presets.VersionedAgainstNaive with { Writes = 30, Quorums = [1, 3], Calibrate = true }) with { Id = "run-1" });

    private static readonly Lazy<string> Exported = new(() => Encoding.UTF8.GetString(RunFile.Write(Run.Value)));

    /// <summary>Where in the file, what stands there instead (JSON; nothing: the field is taken out), and the field that the answer must name.</summary>
    public static TheoryData<string, string?, string> Changes => new()
    {
        { "kind", "\"other\"", "kind" },
        { "schema", "0", "schema" },
        { "schema", "3", "schema" },
        { "schema", "\"1\"", "schema" },
        { "samplesSha256", null, "samplesSha256" },
        { "run", "null", "run" },
        { "run", null, "run" },
        { "run", "[]", "run" },
        { "run.id", "null", "run.id" },
        { "run.id", "\"a/b\"", "run.id" },
        { "run.id", "\"..\"", "run.id" },
        { "run.id", "\"\"", "run.id" },
        { "run.id", "\"a\\u0000\"", "run.id" },
        { "run.id", $"\"{new string('a', 65)}\"", "run.id" },
        { "run.environment", "null", "run.environment" },
        { "run.environment", null, "run.environment" },
        { "run.environment.machine", "null", "run.environment.machine" },
        { "run.environment.machine", null, "run.environment.machine" },
        { "run.environment.software", $"\"{new string('s', 301)}\"", "run.environment.software" },
        { "run.startedAt", "\"0001-01-01T00:00:00+00:00\"", "run.startedAt" },
        { "run.startedAt", "\"yesterday\"", "run.startedAt" },
        { "run.endedAt", "\"9001-01-01T00:00:00+00:00\"", "run.endedAt" },
        { "run.state", "\"done,failed\"", "run.state" },
        { "run.state", "2", "run.state" },
        { "run.state", "\"2\"", "run.state" },
        { "run.state", "\"finished\"", "run.state" },
        { "run.followers", "null", "run.followers" },
        { "run.followers", "[null]", "run.followers" },
        { "run.followers", "[\"a,b\"]", "run.followers" },
        { "run.followers", "[\"follower-1\",\"follower-1\"]", "run.followers" },
        { "run.plan", "null", "run.plan" },
        { "run.plan.name", "\"\"", "run.plan.name" },
        { "run.plan.name", $"\"{new string('n', 121)}\"", "run.plan.name" },
        { "run.plan.distribution", "\"uniform,pareto\"", "run.plan.distribution" },
        { "run.plan.distribution", "99", "run.plan.distribution" },
        { "run.plan.quorums", "null", "run.plan.quorums" },
        { "run.plan.quorums", "[]", "run.plan.quorums" },
        { "run.plan.quorums", "[99]", "run.plan.quorums" },
        { "run.plan.repetitions", "2147483647", "run.plan.repetitions" },
        { "run.plan.minDelayMs", "\"NaN\"", "run.plan.minDelayMs" },
        { "run.plan.sweep.values", "[null]", "run.plan.sweep.values[0]" },
        { "run.plan.sweep.axis", "\"versioning,storage\"", "run.plan.sweep.axis" },
        { "run.settingsBefore.writeQuorum", "-1", "run.settingsBefore.writeQuorum" },
        { "run.progress", "null", "run.progress" },
        { "run.progress.fraction", "\"Infinity\"", "run.progress.fraction" },
        { "run.calibration.overheads[0]", "null", "run.calibration.overheads[0]" },
        { "run.calibration.overheads[0].meanMs", "\"NaN\"", "run.calibration.overheads[0].meanMs" },
        { "run.calibration.limits[0].writesPerSecond", "-1", "run.calibration.limits[0].writesPerSecond" },
        { "run.points", "null", "run.points" },
        { "run.points[0]", "null", "run.points[0]" },
        { "run.points[0].plan", null, "run.points[0].plan" },
        { "run.points[0].plan.index", "-1", "run.points[0].plan.index" },
        { "run.points[0].plan.index", "1", "run.points" },
        { "run.points[0].plan.repetition", "2", "run.points[0].plan.repetition" },
        { "run.points[0].plan.followers", "0", "run.points[0].plan.followers" },
        { "run.points[0].plan.sweepValue", "\"other\"", "run.points[0].plan.sweepValue" },
        { "run.points[0].plan.settings", "null", "run.points[0].plan.settings" },
        { "run.points[0].plan.settings.writeQuorum", "9", "run.points[0].plan.settings.writeQuorum" },
        { "run.points[0].samples", "null", "run.points[0].samples" },
        { "run.points[0].samples.version", "null", "run.points[0].samples.version" },
        { "run.points[0].samples.key", "[]", "run.points[0].samples.key" },
        { "run.points[0].samples.key[0]", "0", "run.points[0].samples.key" },
        { "run.points[0].samples.clientMs[0]", "-1", "run.points[0].samples.clientMs" },
        { "run.points[0].samples.clientMs[0]", "\"NaN\"", "run.points[0].samples.clientMs" },
        { "run.points[0].samples.startMs[0]", "1e300", "run.points[0].samples.startMs" },
        { "run.points[0].samples.leaderMs[0]", "null", "run.points[0].samples.leaderMs[0]" },
        { "run.points[0].samples.delayMs[0]", "\"Infinity\"", "run.points[0].samples.delayMs" },
        { "run.points[0].samples.outcome[0]", "\"applied,failed\"", "run.points[0].samples.outcome[0]" },
        { "run.points[0].samples.outcome", "[]", "run.points[0].samples.outcome" },
        { "run.points[0].samples.followers", "[]", "run.points[0].samples.delayMs" },
        { "run.points[0].samples.followers[0]", "\"=cmd\"", "run.points[0].samples.followers" },
        { "run.points[0].prediction", "null", "run.points[0].prediction" },
        { "run.points[0].prediction.bandHighMs", "\"Infinity\"", "run.points[0].prediction.bandHighMs" },
        { "run.points[0].prediction.bandHighMs", null, "run.points[0].prediction.bandHighMs" },
        { "run.points[0].checks", "[null]", "run.points[0].checks[0]" },
        { "run.points[0].checks[0].moment", "\"later\"", "run.points[0].checks[0].moment" },
        { "run.points[0].checks[0].report", "null", "run.points[0].checks[0].report" },
        { "run.points[0].checks[0].report.followers", "[null]", "run.points[0].checks[0].report.followers[0]" },
        { "run.points[0].checks[0].report.followers[0].state", "\"fine\"", "run.points[0].checks[0].report.followers[0].state" },
        { "run.points[0].disturbances", "[null]", "run.points[0].disturbances[0]" },
        { "run.points[0].durationMs", "\"NaN\"", "run.points[0].durationMs" },
        { "run.points[0].unanswered", "-1", "run.points[0].unanswered" },
        { "run.findings", "[null]", "run.findings[0]" },
        { "run.findings", "[{\"kind\":\"diverged\",\"severity\":\"error\",\"sentence\":\"x\",\"numbers\":{\"a\":\"NaN\"},\"points\":[]}]", "run.findings[0].numbers" },
        { "run.findings", "[{\"kind\":\"diverged\",\"severity\":\"error\",\"sentence\":\"x\",\"numbers\":{},\"points\":[-1]}]", "run.findings[0].points" },
        { "run.findings", "[{\"kind\":\"diverged\",\"severity\":\"error,info\",\"sentence\":\"x\",\"numbers\":{},\"points\":[]}]", "run.findings[0].severity" },
        { "run.findings", "[{\"kind\":\"diverged\",\"severity\":\"error\",\"sentence\":null,\"numbers\":{},\"points\":[]}]", "run.findings[0].sentence" },
        { "run.absent", "[{\"storage\":\"redis\"}]", "run.absent[0].reason" },
        { "run.disturbances", "null", "run.disturbances" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_changed_file_is_refused_by_the_name_of_the_field(string path, string? json, string field)
    {
        var root = JsonNode.Parse(Exported.Value)!;
        Set(root, path, json);
        var wrong = Assert.Throws<WrongRunException>(() => RunFile.Read(Encoding.UTF8.GetBytes(root.ToJsonString())));
        Assert.Contains(field, wrong.Errors.Select(e => e.Field));
        Assert.All(wrong.Errors, e => Assert.InRange(e.Message.Length, 10, ErrorText.LongestSentence));
    }

    [Fact]
    public void A_field_that_is_given_twice_is_refused() => Assert.Contains("run.id", Assert.Throws<WrongRunException>(() =>
        RunFile.Read(Encoding.UTF8.GetBytes(Exported.Value.Replace("\"id\":\"run-1\"", "\"id\":\"run-1\",\"id\":\"run-2\"", StringComparison.Ordinal)))).Message);

    [Fact]
    public void A_file_that_says_of_its_samples_what_they_do_not_say_is_not_believed()
    {
        var root = JsonNode.Parse(Exported.Value)!;
        Set(root, "run.points[0].client.meanMs", "1");
        Set(root, "run.points[0].followers", "[]");
        var read = RunFile.Read(Encoding.UTF8.GetBytes(root.ToJsonString()));
        Assert.Equal(Run.Value.Points[0].Client, read.Points[0].Client);
        Assert.Equal(Run.Value.Points[0].Followers.Count, read.Points[0].Followers.Count);
    }

    [Fact]
    public void What_is_not_known_may_be_left_out()
    {
        var unknown = Run.Value with { Points = [.. Run.Value.Points.Select(p => p with { ConvergenceMs = null, Prediction = p.Prediction with { SaturationMs = null } })] };
        Assert.All(RunFile.Read(RunFile.Write(unknown)).Points, p => Assert.Null(p.ConvergenceMs));
    }

    private static void Set(JsonNode root, string path, string? json)
    {
        var parts = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        var at = root;
        foreach (var part in parts[..^1]) at = part[0] == '[' ? at[int.Parse(part[1..^1])]! : at[part]!;
        var last = parts[^1];
        var value = json is null ? null : JsonNode.Parse(json);
        if (last[0] == '[') at[int.Parse(last[1..^1])] = value;
        else if (json is null) Assert.True(at.AsObject().Remove(last));
        else at[last] = value;
    }
}
