using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace KvLab.Tests.Hostile.Fuzz;

/// <summary>Whoever sends twice as much costs the lab no three times as much time, and no twenty times as much memory as was sent: for every body that anything takes.</summary>
[Trait("Category", "Component")]
[Collection("Costs of requests")]
public sealed class RequestCostTests
{
    private const int Size = 60_000;
    private const double MostGrowth = 3;
    private const int MostBytesPerByte = 20;
    private const int Tries = 3, Looks = 6;
    private const double ShortestMs = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Bodies of about so many bytes, made of one that is well formed.</summary>
    private static readonly Dictionary<string, Func<JsonNode, int, string>> Shapes = new()
    {
        ["deep"] = (_, n) => new string('[', n / 2) + new string(']', n / 2),
        ["deep within"] = (s, n) => With(s, "\"value\":" + new string('[', n / 2) + new string(']', n / 2)),
        ["fields that nobody knows"] = (s, n) => With(s, Many(n, i => $"\"f{i}\":0")),
        ["one field again and again"] = (s, n) => With(s, Many(n, _ => "\"value\":0")),
        ["a long name"] = (s, n) => With(s, $"\"{new string('x', n)}\":0"),
        ["a long value"] = (s, n) => With(s, $"\"value\":\"{new string('x', n)}\""),
        ["long texts"] = (s, n) => Everywhere(s, n, m => $"\"{new string('x', m)}\""),
        ["long numbers"] = (s, n) => Everywhere(s, n, m => "1" + new string('0', m)),
        ["long lists of numbers"] = (s, n) => Everywhere(s, n, m => $"[{Many(m, i => i.ToString())}]"),
        ["long lists of texts"] = (s, n) => Everywhere(s, n, m => $"[{Many(m, i => $"\"{i}\"")}]"),
        ["long lists of objects"] = (s, n) => Everywhere(s, n, m => $"[{Many(m, _ => "{}")}]"),
        ["wide objects"] = (s, n) => Everywhere(s, n, m => $"{{{Many(m, i => $"\"f{i}\":0")}}}"),
        ["many lines"] = (s, n) => Everywhere(s, n, m => $"\"# T\\n{string.Concat(Enumerable.Repeat("a\\n> x\\n", m / 8))}\""),
    };

    private static string With(JsonNode sample, string more) => sample is JsonObject ? $"{{{more},{sample.ToJsonString()[1..]}" : $"[{{{more}}}]";

    private static string Many(int size, Func<int, string> part)
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < size; i++) text.Append(i == 0 ? "" : ",").Append(part(i));
        return text.ToString();
    }

    private static string Everywhere(JsonNode sample, int size, Func<int, string> part)
    {
        if (sample is not JsonObject { Count: > 0 } fields) return part(size);
        return $"{{{string.Join(",", fields.Select(f => $"\"{f.Key}\":{part(size / fields.Count)}"))}}}";
    }

    [Fact]
    public async Task Twice_the_body_costs_no_three_times_as_much()
    {
        await using var lab = await HostileLab.StartAsync(Cancellation);
        var before = await lab.StateAsync(Cancellation);
        var wrong = new List<string>();
        foreach (var operation in (await Operations.OfAsync(lab, Cancellation)).Where(o => o.Sample is not null && o.Method != "GET").Select(Refused))
            foreach (var (shape, body) in Shapes)
                if (await JudgeAsync(lab, operation, body) is { } excess) wrong.Add($"{operation}, {shape}: {excess}");
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Equal(before, await lab.StateAsync(Cancellation));
    }

    /// <summary>What ignores unknown fields would take most of the bodies: not without a key.</summary>
    private static Operation Refused(Operation operation)
    {
        if (!operation.IgnoresUnknown) return operation;
        var sample = operation.Sample!.DeepClone();
        sample["key"] = "";
        return operation with { Sample = sample };
    }

    /// <returns>Null when the costs are linear.</returns>
    private static async Task<string?> JudgeAsync(HostileLab lab, Operation operation, Func<JsonNode, int, string> shape)
    {
        var (single, twice) = (Encoding.UTF8.GetBytes(shape(operation.Sample!, Size)), Encoding.UTF8.GetBytes(shape(operation.Sample!, 2 * Size)));
        var excess = "";
        // A machine that is busy is slow now and then; what is quadratic is so at every look.
        for (var look = 0; look < Looks; look++)
        {
            var (least, doubled) = (await CostAsync(lab, operation, single), await CostAsync(lab, operation, twice));
            // So quick that one turn of the scheduler is more than the work: a body of this size that is read in quadratic time takes a second.
            var slow = doubled.Ms > MostGrowth * Math.Max(least.Ms, ShortestMs);
            var large = doubled.Bytes > MostBytesPerByte * (long)twice.Length;
            if (!slow && !large) return null;
            excess = $"{least.Ms:0.00} ms, {doubled.Ms:0.00} ms for twice the size; {doubled.Bytes} bytes allocated for {twice.Length}";
        }

        return excess;
    }

    private static async Task<(double Ms, long Bytes)> CostAsync(HostileLab lab, Operation operation, byte[] body)
    {
        var (ms, bytes) = (double.MaxValue, long.MaxValue);
        for (var i = 0; i < Tries; i++)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new("application/json");
            using var request = new HttpRequestMessage(new HttpMethod(operation.Method), new Uri(operation.BaseUrl + operation.PlainPath)) { Content = content };
            var (startedAt, allocated) = (Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes());
            using var answer = await lab.Http.SendAsync(request, Cancellation);
            ms = Math.Min(ms, Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
            bytes = Math.Min(bytes, GC.GetTotalAllocatedBytes() - allocated);
            // Keys that nobody has may be asked for; then nothing is found.
            Assert.InRange((int)answer.StatusCode, 200, 499);
        }

        return (ms, bytes);
    }
}

/// <summary>All of the process is measured, so it has no neighbours.</summary>
[CollectionDefinition("Costs of requests", DisableParallelization = true)]
public sealed class RequestCostCollection;
