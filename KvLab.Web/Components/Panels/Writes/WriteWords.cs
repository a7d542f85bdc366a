using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Web.Components.View;

namespace KvLab.Web.Components.Panels.Writes;

/// <summary>A write in a few words, as a row of the page and of a report has room for.</summary>
internal static class WriteWords
{
    public static string State(WriteView write) => write.Status switch { WriteStatus.Success => "success", WriteStatus.PartialSuccess => "partial", _ => "waiting" };

    /// <summary>What its client was told.</summary>
    public static string Answer(WriteView write) => write.Status switch
    {
        null => write.Reason == Explain.LeaderEnded ? "answer not known" : $"waiting, W = {write.Required}",
        WriteStatus.Success => $"{write.Acks}/{write.Required} acks · {Units.Ms(write.ElapsedMs)}",
        _ => $"partial {write.Acks}/{write.Required} · {Units.Ms(write.ElapsedMs)}",
    };

    /// <summary>The name of its shape and colour.</summary>
    public static string Shape(DeliveryOutcome outcome) => outcome.ToString().ToLowerInvariant();

    /// <summary>Where its bar ends: at its outcome, or where the delay that was drawn for it would end.</summary>
    public static double EndMs(DeliveryView delivery) => delivery.CompletedMs ?? delivery.DelayMs;
}
