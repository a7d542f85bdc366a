using System.Globalization;
using KvLab.Core.Durability;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Web.Charts;

/// <summary>The durability ledger's rows as a table. Pure.</summary>
public static class DurabilityTable
{
    public static SeriesTable Of(IReadOnlyList<DurabilityRow> rows, Explain explain, Reach reach) => new(
        "Acknowledged writes and which nodes hold them",
        ["epoch", "version", "key", "W", "acks", "answered_at", "state", "held_at_answer", "held_now", "unreachable_now", "lost_at", "why"],
        [.. rows.Select(r => (IReadOnlyList<string>)
            [
                SeriesTable.Number(r.Write.Version.Epoch), SeriesTable.Number(r.Write.Version.Counter), r.Write.Key,
                SeriesTable.Number(r.Write.Required), SeriesTable.Number(r.Write.Acks), r.Write.At.ToString("O", CultureInfo.InvariantCulture),
                r.State switch { DurabilityState.Held => "held", DurabilityState.AtRisk => "at_risk", _ => "lost" },
                string.Join(' ', r.HeldAtAnswer), string.Join(' ', r.HeldNow), string.Join(' ', reach.Of(r.HeldNow).Select(u => u.Node)), r.LostAt?.ToString("O", CultureInfo.InvariantCulture) ?? "", explain.Durability(r, reach),
            ])]);

    public static SeriesTable Of(IReadOnlyList<RolledBackView> rows) => new(
        "Writes that replaced leaders rolled back",
        ["node", "epoch", "version", "key", "value", "held_epoch", "held_version", "promised", "at"],
        [.. rows.Select(r => (IReadOnlyList<string>)
            [
                r.Node, SeriesTable.Number(r.Version.Epoch), SeriesTable.Number(r.Version.Counter), r.Key, r.Value ?? "",
                SeriesTable.Number(r.Instead.Epoch), SeriesTable.Number(r.Instead.Counter), r.Promised ? "true" : "false", r.At.ToString("O", CultureInfo.InvariantCulture),
            ])]);
}
