using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Events;

namespace KvLab.Web.State;

/// <summary>Events as files: CSV after RFC 4180 for spreadsheets, NDJSON (one JSON object a line) for programs.</summary>
public static class EventExport
{
    public const string CsvType = "text/csv";
    public const string NdjsonType = "application/x-ndjson";

    /// <summary>How an event is written as JSON, here and in the REST API.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly (string Name, Func<NodeEvent, object?> Value)[] Columns =
    [
        ("at", e => e.At.ToString("O", CultureInfo.InvariantCulture)),
        ("node", e => e.Node),
        ("incarnation", e => e.Incarnation),
        ("sequence", e => e.Sequence),
        ("lamport", e => e.Lamport),
        ("monotonicNs", e => e.MonotonicNs),
        ("kind", e => EventKindNames.NameOf(e.Kind)),
        ("key", e => e.Key),
        ("epoch", e => e.Epoch),
        ("version", e => e.Version),
        ("value", e => e.Value),
        ("peer", e => e.Peer),
        ("heldEpoch", e => e.HeldEpoch),
        ("heldVersion", e => e.HeldVersion),
        ("outcome", e => e.Outcome?.ToString().ToLowerInvariant()),
        ("elapsedMs", e => e.ElapsedMs),
        ("delayMs", e => e.DelayMs),
        ("attempt", e => e.Attempt),
        ("late", e => e.Late ? "true" : "false"),
        ("acks", e => e.Acks),
        ("required", e => e.Required),
        ("reason", e => e.Reason),
        ("detail", e => e.Detail),
        ("naive", e => e.Naive ? "true" : "false"),
        ("leaderCounted", e => e.LeaderCounted ? "true" : "false"),
    ];

    public static async Task WriteCsvAsync(Stream output, IEnumerable<NodeEvent> events, Labels labels, CancellationToken cancellation = default)
    {
        await using var writer = Writer(output);
        var explain = new Explain(labels);
        await writer.WriteAsync(string.Join(',', Columns.Select(c => c.Name).Append("why")) + "\r\n");
        foreach (var e in events)
        {
            cancellation.ThrowIfCancellationRequested();
            await writer.WriteAsync(string.Join(',', Columns.Select(c => Cell(c.Value(e))).Append(Cell(explain.Event(e)))) + "\r\n");
        }
    }

    public static async Task WriteNdjsonAsync(Stream output, IEnumerable<NodeEvent> events, CancellationToken cancellation = default)
    {
        await using var writer = Writer(output);
        foreach (var e in events)
        {
            cancellation.ThrowIfCancellationRequested();
            await writer.WriteAsync(JsonSerializer.Serialize(e, Json) + "\n");
        }
    }

    private static StreamWriter Writer(Stream output) =>
        new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16_384, leaveOpen: true);

    private static string Cell(object? value) => value switch
    {
        null => "",
        string text => Quote(Disarm(text)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quote(value.ToString() ?? ""),
    };

    /// <summary>A spreadsheet would run a text that begins so as a formula; a leading apostrophe makes it text (OWASP, CSV injection).</summary>
    internal static string Disarm(string text) =>
        text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
