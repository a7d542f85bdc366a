using System.Globalization;
using System.Text.RegularExpressions;
using KvLab.Web.Components.Parts;
using Microsoft.AspNetCore.SignalR.Client;
using Xunit;

namespace KvLab.Tests.Hostile.Fuzz;

/// <summary>
/// 5,000 requests that are wrong, over everything that answers: none is a 500, none changes anything, everybody still answers. The seed is printed with what failed; KVLAB_FUZZ_SEED draws others.
/// </summary>
[Trait("Category", "Component")]
public sealed partial class FuzzTests
{
    private const int Requests = 5_000;
    private const int RawShare = 50, BatchShare = 40, HubShare = 25;

    /// <summary>So often all of the state is compared: each time costs thirty requests.</summary>
    private const int LookEvery = 100;

    private const int MostListed = 25;

    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("KVLAB_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20261126;

    private readonly Random _random = new(Seed);
    private readonly List<string> _wrong = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [GeneratedRegex(@"\bat (KvLab|System|Microsoft)\.[\w.]+\(")]
    private static partial Regex StackTrace();

    [Fact]
    public async Task Five_thousand_wrong_requests_end_nothing_and_change_nothing()
    {
        await using var lab = await HostileLab.StartAsync(Cancellation);
        var operations = await Operations.OfAsync(lab, Cancellation);
        Assert.True(operations.Count(o => o.Sample is not null) >= 20, "Hardly any operation has a body: their descriptions cannot be read any more.");
        await using var hub = await HubCalls.ConnectAsync(lab, Cancellation);
        await using var circuit = await OpenCircuit.OpenAsync(lab, "/", Cancellation);
        var before = await lab.SettledStateAsync(expected: null, Cancellation);
        var since = new List<string>();
        for (var i = 0; i < Requests && _wrong.Count < MostListed; i++)
        {
            var operation = operations[i % operations.Count];
            since.Add($"{i}: " + await SendAsync(lab, hub, operation));
            if (i % LookEvery != LookEvery - 1 && i != Requests - 1) continue;
            if (await lab.SettledStateAsync(before, Cancellation) is var now && now != before)
            {
                _wrong.Add($"Something changed:\n{Difference(before, now)}\nby one of\n  {string.Join("\n  ", since)}");
                before = now;
            }

            since.Clear();
        }

        Assert.True(_wrong.Count == 0, $"Seed {Seed}; {string.Join(", ", _counts.OrderBy(c => c.Key).Select(c => $"{c.Value} × {c.Key}"))}.\n{string.Join("\n", _wrong)}");
        Assert.Null(circuit.Ended);
        foreach (var page in (string[])["/", "/experiments", "/faults", "/scenarios"])
            Assert.Equal(System.Net.HttpStatusCode.OK, (await lab.Http.GetAsync(new Uri(lab.Dashboard.Url + page), Cancellation)).StatusCode);
        TestContext.Current.SendDiagnosticMessage(string.Join(", ", _counts.OrderBy(c => c.Key).Select(c => $"{c.Value} × {c.Key}")));
    }

    private async Task<string> SendAsync(HostileLab lab, HubConnection hub, Operation operation)
    {
        if (_random.Next(HubShare) == 0) return await CallHubAsync(lab, hub);
        if (_random.Next(BatchShare) == 0) return await SendRawAsync("batch", () => RawRequests.SendBatchAsync(operation.Node is null ? lab.Follower.Url : operation.BaseUrl, _random, Cancellation));
        if (_random.Next(RawShare) == 0) return await SendRawAsync($"raw {operation}", () => RawRequests.SendAsync(operation, _random, Cancellation));
        var request = HostileRequest.Draw(operation, _random);
        var what = request.Describe();
        try
        {
            using var message = request.ToMessage(_random);
            using var answer = await lab.Http.SendAsync(message, HttpCompletionOption.ResponseContentRead, Cancellation);
            Judge(request, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation), what);
        }
        catch (HttpRequestException hungUp)
        {
            // What is refused by its first line or its length is not read to its end, and while that is sent the connection is over.
            Count("hung up");
            if (request.Body is not { Length: > 4_000 }) _wrong.Add($"No answer ({hungUp.Message}): {what}");
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            _wrong.Add($"No answer in time: {what}");
        }

        return what;
    }

    private void Judge(HostileRequest request, int status, string text, string what)
    {
        Count(status.ToString(CultureInfo.InvariantCulture));
        if (status == 500) _wrong.Add($"500: {what}\n    {KvLab.Core.Configuration.ErrorText.Short(text, 400)}");
        else if (request.IsWrong && status is < 400 or >= 500) _wrong.Add($"{status}, though it is wrong: {what}\n    {KvLab.Core.Configuration.ErrorText.Short(text, 200)}");
        else if (status >= 400 && text.Length > 64 * 1024) _wrong.Add($"{status} with {text.Length} characters: {what}");
        else if (StackTrace().IsMatch(text)) _wrong.Add($"{status} with a stack trace: {what}");
    }

    private async Task<string> SendRawAsync(string what, Func<Task<string>> send)
    {
        try
        {
            var answer = await send();
            Count("raw");
            if (answer.StartsWith("HTTP/1.1 500", StringComparison.Ordinal)) _wrong.Add($"500: {what}\n    {KvLab.Core.Configuration.ErrorText.Short(answer, 600)}");
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            _wrong.Add($"No end of it: {what}");
        }

        return what;
    }

    private async Task<string> CallHubAsync(HostileLab lab, HubConnection hub)
    {
        var (method, arguments) = HubCalls.Draw(_random);
        var what = $"hub {method}({string.Join(", ", arguments)})";
        try
        {
            await HubCalls.IntroduceAsync(hub, Cancellation);
            await hub.InvokeCoreAsync(method, typeof(object), arguments, Cancellation);
            _wrong.Add($"Taken: {what}");
        }
        catch (Exception refused) when (refused is not OperationCanceledException || !Cancellation.IsCancellationRequested)
        {
            Count("hub");
            if (refused.Message.Contains("unexpected error", StringComparison.Ordinal) && !refused.Message.Contains("HubException", StringComparison.Ordinal)
                && !refused.Message.Contains("bind", StringComparison.Ordinal)) _wrong.Add($"{refused.Message}: {what}");
        }

        return what;
    }

    private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;

    private static string Difference(string before, string now)
    {
        var (then, after) = (before.Split('\n'), now.Split('\n'));
        return string.Join("\n", then.Zip(after).Where(p => p.First != p.Second).Select(p => $"  was {Short(p.First)}\n  is  {Short(p.Second)}"));

        static string Short(string text) => KvLab.Core.Configuration.ErrorText.Short(text, 700);
    }
}
