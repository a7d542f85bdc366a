using KvLab.Core.Configuration;
using KvLab.Core.Keyframes;
using KvLab.Core.Network;
using KvLab.Core.Observation.Figures;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    private const int LeastBytesOfNode = 25;

    private void SaveNodes(KeyframeWriter writer)
    {
        writer.Number(_nodes.Count);
        foreach (var node in _nodes.Values)
        {
            foreach (var text in (ReadOnlySpan<string?>)[node.Id, node.Role, node.Url, node.AddressNotice, node.ProcessNotice, node.Storage, node.StorageProblem, node.StoragePersistence]) writer.Text(text);
            writer.NumberOrNone(node.ProcessId);
            writer.Byte((byte)node.State);
            writer.Signed(node.OriginNs);
            writer.NumberOrNone(node.Clock?.OffsetNs);
            if (node.Clock is { } clock) writer.Signed(clock.ErrorNs);
            foreach (var flag in (ReadOnlySpan<bool>)[node.Stopping, node.ToldAll, node.Frozen, node.Cleared]) writer.Flag(flag);
            foreach (var number in (ReadOnlySpan<long>)[node.Behind, node.Keys, node.Applied, node.Refused, node.Failed]) writer.Signed(number);
            writer.TimeOrNone(node.LastSeen);
            node.Ledger.Save(writer);
            KeyframeJson.Write(writer, node.Faults);
            writer.Number(node.Links.Count);
            foreach (var (follower, link) in node.Links)
            {
                writer.Text(follower);
                KeyframeJson.Write(writer, link.Faults);
                foreach (var number in (ReadOnlySpan<long>)[link.RequestsLost, link.AnswersLost, link.Refused]) writer.Signed(number);
            }
        }
    }

    private void LoadNodes(ref KeyframeReader reader)
    {
        for (var left = reader.Count(int.MaxValue, LeastBytesOfNode); left > 0; left--)
        {
            var node = LoadNode(ref reader);
            if (!_nodes.TryAdd(node.Id, node)) throw new FormatException($"The keyframe has {node.Id} twice.");
        }
    }

    private static NodeRecord LoadNode(ref KeyframeReader reader)
    {
        var (id, role, url, addressNotice, processNotice) = (reader.Text(), reader.Text(), reader.Text(), reader.TextOrNone(), reader.TextOrNone());
        var (storage, problem, persistence) = (reader.Text(), reader.TextOrNone(), reader.TextOrNone());
        var (processId, state, originNs) = (reader.IntOrNone(), (NodeState)reader.Byte((byte)NodeState.Frozen), reader.Signed());
        var clock = reader.NumberOrNone() is { } offset ? new NodeClock(offset, reader.Signed()) : null;
        var (stopping, toldAll, frozen, cleared) = (reader.Flag(), reader.Flag(), reader.Flag(), reader.Flag());
        var (behind, keys, applied, refused, failed) = (reader.SignedInt(), reader.SignedInt(), reader.Signed(), reader.Signed(), reader.Signed());
        var (lastSeen, ledger) = (reader.TimeOrNone(), SequenceLedger.Load(ref reader));
        var node = new NodeRecord(id)
        {
            Role = role,
            Url = url,
            AddressNotice = addressNotice,
            ProcessNotice = processNotice,
            Storage = storage,
            StorageProblem = problem,
            StoragePersistence = persistence,
            ProcessId = processId,
            State = state,
            OriginNs = originNs,
            Clock = clock,
            Stopping = stopping,
            ToldAll = toldAll,
            Frozen = frozen,
            Cleared = cleared,
            Behind = behind,
            Keys = keys,
            Applied = applied,
            Refused = refused,
            Failed = failed,
            LastSeen = lastSeen,
            Ledger = ledger,
            Faults = KeyframeJson.ReadNodeFaults(ref reader),
        };
        for (var left = reader.Count(int.MaxValue, leastBytes: 5); left > 0; left--)
        {
            var follower = reader.Text();
            var link = new LinkRecord { Faults = KeyframeJson.ReadLinkFaults(ref reader), RequestsLost = reader.Signed(), AnswersLost = reader.Signed(), Refused = reader.Signed() };
            if (!node.Links.TryAdd(follower, link)) throw new FormatException($"The keyframe has the link from {id} to {follower} twice.");
        }

        return node;
    }

    [Flags]
    private enum CellFacts : byte
    {
        None = 0, LikeLeader = 1, Version = 1 << 1, Value = 1 << 2, Changed = 1 << 3, Refused = 1 << 4, Stored = 1 << 5, Behind = 1 << 6, All = (1 << 7) - 1,
    }

    /// <summary>In the order in which they are shown.</summary>
    private void SaveRows(KeyframeWriter writer)
    {
        var (_, order) = ViewKeys();
        writer.Number(_entriesNotShown);
        writer.Number(order.Length);
        var changedAt = 0L;
        foreach (var key in order)
        {
            var row = _rows[key];
            writer.Text(key);
            writer.Version(row.Leader);
            writer.Text(row.LeaderValue);
            foreach (var node in _nodes.Keys)
            {
                var cell = row.Cells[node];
                var facts = FactsOf(cell, row);
                writer.Byte((byte)facts);
                if (facts.HasFlag(CellFacts.Version)) writer.Version(cell.Version);
                if (facts.HasFlag(CellFacts.Value)) writer.Text(cell.Value);
                if (facts.HasFlag(CellFacts.Changed)) writer.Signed(cell.ChangedAt - changedAt);
                if (facts.HasFlag(CellFacts.Changed)) changedAt = cell.ChangedAt;
                if (facts.HasFlag(CellFacts.Refused)) writer.Signed(cell.RefusedAt);
                if (facts.HasFlag(CellFacts.Refused)) writer.Version(cell.LastRefused);
                if (facts.HasFlag(CellFacts.Stored)) writer.Real(cell.StoredMs!.Value);
            }
        }
    }

    private static CellFacts FactsOf(CellRecord cell, KeyRecord row)
    {
        var likeLeader = !cell.Version.IsNone && cell.Version == row.Leader && cell.Value == row.LeaderValue;
        return (likeLeader ? CellFacts.LikeLeader : CellFacts.None)
            | (!likeLeader && !cell.Version.IsNone ? CellFacts.Version : CellFacts.None)
            | (!likeLeader && cell.Value is not null ? CellFacts.Value : CellFacts.None)
            | (cell.ChangedAt != 0 ? CellFacts.Changed : CellFacts.None)
            | (cell.RefusedAt != 0 || !cell.LastRefused.IsNone ? CellFacts.Refused : CellFacts.None)
            | (cell.StoredMs is not null ? CellFacts.Stored : CellFacts.None)
            | (cell.Behind ? CellFacts.Behind : CellFacts.None);
    }

    private void LoadRows(ref KeyframeReader reader)
    {
        _entriesNotShown = reader.Number();
        var (changedAt, before) = (0L, (string?)null);
        for (var left = reader.Count(StateLimits.Keys, leastBytes: 3 + _nodes.Count); left > 0; left--)
        {
            var row = new KeyRecord(reader.Text()) { Leader = reader.Version(), LeaderValue = reader.TextOrNone() };
            if (before is not null && NaturalOrder.Instance.Compare(before, row.Key) >= 0) throw new FormatException("The keyframe's keys are not in order.");
            before = row.Key;
            foreach (var node in _nodes.Keys)
            {
                var facts = (CellFacts)reader.Byte((byte)CellFacts.All);
                var likeLeader = facts.HasFlag(CellFacts.LikeLeader);
                var cell = new CellRecord { Behind = facts.HasFlag(CellFacts.Behind) };
                cell.Version = likeLeader ? row.Leader : facts.HasFlag(CellFacts.Version) ? reader.Version() : EntryVersion.None;
                cell.Value = likeLeader ? row.LeaderValue : facts.HasFlag(CellFacts.Value) ? reader.TextOrNone() : null;
                if (facts.HasFlag(CellFacts.Changed)) cell.ChangedAt = changedAt = unchecked(changedAt + reader.Signed());
                if (facts.HasFlag(CellFacts.Refused)) (cell.RefusedAt, cell.LastRefused) = (reader.Signed(), reader.Version());
                if (facts.HasFlag(CellFacts.Stored)) cell.StoredMs = (float)reader.Real();
                row.Cells.Add(node, cell);
            }

            _rows.Add(row.Key, row);
            _touched.Add(row.Key);
        }
    }
}
