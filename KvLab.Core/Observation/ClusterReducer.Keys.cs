using System.Collections.Immutable;
using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    private readonly Dictionary<string, KeyRecord> _rows = new(StringComparer.Ordinal);
    private readonly ImmutableSortedDictionary<string, KeyRow>.Builder _rowViews = ImmutableSortedDictionary.CreateBuilder<string, KeyRow>(StringComparer.Ordinal);

    // Invariant: contains every key whose view is out of date, those included that are gone.
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private readonly KeyOrder _order = new();
    private long _entriesNotShown;

    /// <summary>Null when the limit of keys is reached; what is left out is counted.</summary>
    private KeyRecord? Row(string key)
    {
        if (_rows.TryGetValue(key, out var row)) return row;
        if (_rows.Count >= StateLimits.Keys)
        {
            _entriesNotShown++;
            return null;
        }
        row = new KeyRecord(key);
        foreach (var id in _nodes.Keys) row.Cells.Add(id, new CellRecord());
        _rows.Add(key, row);
        _touched.Add(key);
        return row;
    }

    private void Touch(KeyRecord row) => _touched.Add(row.Key);

    private void AddCells(NodeRecord node)
    {
        foreach (var row in _rows.Values)
        {
            row.Cells.Add(node.Id, new CellRecord());
            Compare(row, node);
        }
    }

    private void StoreAtLeader(NodeRecord leader, NodeEvent e)
    {
        if (Row(e.Key!) is not { } row) return;
        // Versioned: of two writes of one moment the older may report last. Naive: its own copy may stay behind on purpose;
        // the event says what the leader holds.
        var isHeld = e.Naive ? e.Held.IsNone || e.Held == e.EntryVersion : e.EntryVersion > row.Cells[leader.Id].Version;
        if (isHeld) Store(row, leader, e.EntryVersion, e.Value);
    }

    private void ApplyEntry(NodeRecord node, NodeEvent e)
    {
        node.Applied++;
        if (e.ElapsedMs is not null) NoteStored(node, e);
        if (Row(e.Key!) is not { } row) return;
        // Two entries that a follower stored at one moment may report in the other order; only in naive mode can a version go back, or where a follower says that it replaced a newer one:
        // no right one does, and what it says is so.
        if (e.Naive || e.Held > e.EntryVersion || e.EntryVersion > row.Cells[node.Id].Version) Store(row, node, e.EntryVersion, e.Value);
        if (row.Cells[node.Id] is var cell && cell.Version == e.EntryVersion) cell.StoredMs = (float?)e.ElapsedMs;
    }

    private void RefuseEntry(NodeRecord node, NodeEvent e)
    {
        node.Refused++;
        CountRefusal(e);
        if (Row(e.Key!) is not { } row) return;
        var cell = row.Cells[node.Id];
        cell.RefusedAt = _now.Ms;
        cell.LastRefused = e.EntryVersion;
        Touch(row);
    }

    private void Store(KeyRecord row, NodeRecord node, EntryVersion version, string? value)
    {
        var cell = row.Cells[node.Id];
        if (cell.Version.IsNone != version.IsNone) node.Keys += version.IsNone ? -1 : 1;
        cell.Version = version;
        cell.Value = value;
        cell.ChangedAt = _now.Ms;
        if (node.Role == NodeRoles.Leader)
        {
            row.Leader = version;
            row.LeaderValue = value;
            foreach (var other in _nodes.Values) Compare(row, other);
        }
        else
        {
            Compare(row, node);
        }
        // What nobody holds any more, because it was taken back or removed by a reset, is no row.
        if (version.IsNone && row.IsEmpty) _rows.Remove(row.Key);
        Touch(row);
    }

    /// <summary>Keeps <see cref="NodeRecord.Behind"/> equal to the number of this node's cells that are behind or missing.</summary>
    private static void Compare(KeyRecord row, NodeRecord node)
    {
        var cell = row.Cells[node.Id];
        var behind = node.Role == NodeRoles.Follower && cell.Version < row.Leader;
        if (behind == cell.Behind) return;
        cell.Behind = behind;
        node.Behind += behind ? 1 : -1;
    }

    private void CompareAll(NodeRecord node)
    {
        foreach (var row in _rows.Values) Compare(row, node);
    }

    private void EmptyCells(NodeRecord node)
    {
        foreach (var row in _rows.Values.ToArray())
        {
            var cell = row.Cells[node.Id];
            if (cell.Version.IsNone && cell.RefusedAt == 0) continue;
            cell.RefusedAt = 0;
            cell.LastRefused = EntryVersion.None;
            Store(row, node, EntryVersion.None, null);
        }
    }

    private (ImmutableSortedDictionary<string, KeyRow> Keys, ImmutableArray<string> Order) ViewKeys()
    {
        foreach (var key in _touched)
        {
            if (_rows.TryGetValue(key, out var row))
            {
                if (!_rowViews.ContainsKey(key)) _order.Add(key);
                _rowViews[key] = row.View();
            }
            else if (_rowViews.Remove(key))
            {
                _order.Remove(key);
            }
        }
        _touched.Clear();
        return (_rowViews.ToImmutable(), _order.View());
    }
}
