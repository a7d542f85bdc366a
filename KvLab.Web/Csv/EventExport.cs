using System.Globalization;
using System.Text;
using System.Text.Json;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Wire;

namespace KvLab.Web.Csv;

/// <summary>Events as files: CSV after RFC 4180 for spreadsheets, NDJSON (one JSON object a line) for programs.</summary>
public static class EventExport
{
    public const string CsvType = "text/csv";
    public const string NdjsonType = "application/x-ndjson";

    /// <summary>How an event is written as JSON, here and in the REST API.</summary>
    public static readonly JsonSerializerOptions Json = ReadableJson.Options;

    private static readonly (string Name, Func<NodeEvent, object?> Value)[] Columns =
    [
        ("at", e => e.At),
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
        ("late", e => e.Late),
        ("acks", e => e.Acks),
        ("required", e => e.Required),
        ("reason", e => e.Reason),
        ("detail", e => e.Detail),
        ("naive", e => e.Naive),
        ("leaderCounted", e => e.LeaderCounted),
    ];

    public static async Task WriteCsvAsync(Stream output, IEnumerable<NodeEvent> events, Labels labels, CancellationToken cancellation = default)
    {
        await using var writer = CsvWriter.To(output);
        var explain = new Explain(labels);
        // Rows are made in memory and sent in pieces: whoever is slow to read keeps no thread waiting.
        using var piece = new StringWriter(CultureInfo.InvariantCulture);
        var csv = new CsvWriter(piece).Row([.. Columns.Select(c => c.Name), "why"]);
        foreach (var e in events)
        {
            csv.Row([.. Columns.Select(c => c.Value(e)), explain.Event(e)]);
            if (piece.GetStringBuilder().Length >= LargestPiece) await SendAsync();
        }

        await SendAsync();

        async Task SendAsync()
        {
            await writer.WriteAsync(piece.GetStringBuilder(), cancellation);
            piece.GetStringBuilder().Clear();
        }
    }

    private const int LargestPiece = 16 * 1024;

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
}
