using System.Text.Json.Nodes;
using KvLab.Core.Events;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace KvLab.Tests.Hostile.Fuzz;

/// <summary>Somebody with the token who says the right hello and then what no node says.</summary>
internal static class HubCalls
{
    private static readonly JsonObject Hello = JsonNode.Parse(
        "{\"node\":\"hostile\",\"incarnation\":\"a\",\"role\":\"follower\",\"url\":\"http://127.0.0.1:1\",\"processId\":7,\"oldestSequence\":1,\"dropped\":0,\"storage\":\"memory\",\"storageIsNew\":false,\"persistence\":null}")!.AsObject();

    private static readonly JsonObject Event = JsonNode.Parse(
        "{\"node\":\"hostile\",\"incarnation\":\"a\",\"sequence\":1,\"kind\":\"delivery_acked\",\"lamport\":1,\"monotonicNs\":1,\"at\":\"2026-01-01T00:00:00Z\",\"key\":\"k\",\"epoch\":1,\"version\":1,\"value\":\"1\",\"peer\":\"follower-1\","
        + "\"heldEpoch\":1,\"heldVersion\":1,\"outcome\":\"applied\",\"elapsedMs\":1,\"delayMs\":1,\"attempt\":1,\"late\":false,\"acks\":1,\"required\":1,\"reason\":\"success\",\"detail\":\"d\",\"peers\":[\"a\"],\"delaysMs\":[1],\"naive\":false}")!.AsObject();

    // By field: what it can never be.
    private static readonly (string Field, string[] Unfit)[] HelloFaults =
    [
        ("node", ["null", "1", "\"\"", "\"a b\"", "\"dashboard\"", "[]"]), ("incarnation", ["null", "1", "\"\"", "\"a b\""]), ("role", ["null", "1", "\"boss\"", "\"Leader,Follower\""]),
        ("url", ["null", "1", "\"x\"", "\"ftp://x\"", "\"javascript:alert(1)\""]), ("oldestSequence", ["-1", "9223372036854775807", "99999999999999999999", "\"x\"", "null"]),
        ("dropped", ["-1", "9223372036854775807", "1e400"]), ("processId", ["-1", "2147483648", "\"x\""]), ("storage", ["\"a b\"", "1"]), ("persistence", ["1", "{}"]),
    ];

    private static readonly (string Field, string[] Unfit)[] EventFaults =
    [
        ("node", ["null", "\"other\"", "1"]), ("incarnation", ["null", "\"b\""]), ("sequence", ["0", "-1", "9223372036854775807", "\"x\"", "null"]),
        ("kind", ["null", "\"boss\"", "-1", "9999", "\"process_crashed\"", "\"node_ready, node_started\"", "{}"]), ("lamport", ["-1", "9223372036854775807"]), ("epoch", ["-1", "9223372036854775807"]), ("version", ["-1", "1.5"]),
        ("heldEpoch", ["-1"]), ("heldVersion", ["-9223372036854775808"]), ("key", ["\"\"", "1", "\"a\\u0000\""]), ("value", ["1"]), ("peers", ["[null]", "\"x\"", "{}"]), ("delaysMs", ["[-1]", "[\"x\"]", "[null]"]),
        ("outcome", ["\"boss\"", "99", "-1"]), ("elapsedMs", ["-1", "\"x\""]), ("delayMs", ["-0.5"]), ("acks", ["-1", "2147483648"]), ("at", ["\"never\"", "1"]), ("attempt", ["-1"]), ("monotonicNs", ["-1"]),
        ("settings", ["{\"maxDelayMs\":-1}", "{\"distribution\":99}", "1"]), ("link", ["{\"mode\":99}", "[]"]), ("faults", ["{\"slowMs\":-1}"]),
    ];

    private static readonly string[] Batches = ["null", "1", "\"x\"", "[]", "{}", "{\"node\":\"hostile\"}", "{\"node\":\"hostile\",\"incarnation\":\"a\",\"events\":null}", "{\"node\":\"hostile\",\"incarnation\":\"a\",\"dropped\":-1,\"events\":[]}"];

    public static async Task<HubConnection> ConnectAsync(HostileLab lab, CancellationToken cancellation)
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(lab.Dashboard.Url + TelemetryContract.HubPath, options =>
            {
                options.Transports = HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
                options.Headers[TelemetryContract.TokenHeader] = HostileLab.Token;
            })
            .Build();
        await IntroduceAsync(connection, cancellation);
        return connection;
    }

    /// <summary>Again, where a call has ended the connection.</summary>
    public static async Task IntroduceAsync(HubConnection connection, CancellationToken cancellation)
    {
        if (connection.State == HubConnectionState.Connected) return;
        await connection.StartAsync(cancellation);
        await connection.InvokeAsync<long>(TelemetryContract.Hello, Hello, cancellation);
    }

    /// <summary>A call that must be refused.</summary>
    public static (string Method, object?[] Arguments) Draw(Random random)
    {
        switch (random.Next(6))
        {
            case 0: return (TelemetryContract.Hello, [Spoilt(Hello, HelloFaults, random)]);
            case 1 or 2: return (TelemetryContract.Report, [new JsonObject { ["node"] = "hostile", ["incarnation"] = "a", ["dropped"] = 0, ["events"] = new JsonArray(Spoilt(Event, EventFaults, random)) }]);
            case 3: return (TelemetryContract.Report, [JsonNode.Parse(Batches[random.Next(Batches.Length)])]);
            case 4:
                var garbage = new byte[random.Next(0, 300)];
                random.NextBytes(garbage);
                if (garbage.Length > 0 && random.Next(2) == 0) garbage[0] = 1;
                return (TelemetryContract.ReportPacked, [Convert.ToBase64String(garbage)]);
            default:
                return random.Next(3) switch
                {
                    0 => ("NoSuchMethod", [1]),
                    1 => (TelemetryContract.Hello, []),
                    _ => (TelemetryContract.Hello, [1, 2, 3]),
                };
        }
    }

    private static JsonObject Spoilt(JsonObject sample, (string Field, string[] Unfit)[] faults, Random random)
    {
        var copy = sample.DeepClone().AsObject();
        var (field, unfit) = faults[random.Next(faults.Length)];
        copy[field] = JsonNode.Parse(unfit[random.Next(unfit.Length)]);
        return copy;
    }
}
