using System.Globalization;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Reading;
using KvLab.Web.Components.Bases;
using KvLab.Web.Components.Parts;
using KvLab.Web.Components.View;
using KvLab.Web.Problems;
using KvLab.Web.Reads;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Panels.Reading;

public sealed partial class ReadForm
{
    private const int ShownRows = 6;

    private readonly string _reader = $"page-{Guid.NewGuid().ToString("N")[..6]}";
    private string _key = "";
    private string _from = ReadRequest.Random;
    private bool _reading;
    private ReadRow? _last;
    private IReadOnlyList<ReadFigures> _figures = [];
    private IReadOnlyList<ReadRow> _rows = [];
    private Problem? _problem;
    private NewsFeed? _feed;
    private IDisposable? _listening;

    [Inject] public required IReads Reads { get; init; }
    [Inject] public required ReadBook Book { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    protected override object Slice() => (Snapshot.Nodes.Length, Snapshot.Leader?.Id, Snapshot.Settings, Latest);

    private int Followers => Snapshot.Nodes.Count(n => !n.Leads);

    /// <summary>Where no key is given: that of the latest write.</summary>
    private string? Latest => Snapshot.Writes is [var write, ..] ? write.Key : null;

    private int? R => _from is ['r', _, ..] && int.TryParse(_from.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var r) ? r : null;

    /// <summary>Any node, each of them, or the newest of R.</summary>
    private string[] Sources => [ReadRequest.Random, .. Snapshot.Nodes.Select(n => n.Id), .. Enumerable.Range(1, Followers).Select(r => string.Create(CultureInfo.InvariantCulture, $"r{r}"))];

    private string SourceName(string from) => from == ReadRequest.Random ? "any node"
        : from is ['r', >= '0' and <= '9', ..] ? $"R = {from[1..]} of {Followers}"
        : Snapshot.Nodes.FirstOrDefault(n => n.Id == from) is { } node ? NodeWords.Bare(node.Id, node.Leads) : from;

    private bool Overlaps => R is { } r && Snapshot.Settings is { } s && ReadQuorum.Overlaps(r, s.FollowerAcks(), Followers);

    private string? Promise => R is { } r && Snapshot.Settings is { } s ? ReadQuorum.Sentence(r, s.FollowerAcks(), Followers) : null;

    protected override void OnInitialized()
    {
        Look();
        // Reads of a burst come by the thousand; what is done by hand on this page is shown at once.
        _feed = new NewsFeed(Time, () => InvokeAsync(Show));
        _listening = Book.Listen(row =>
        {
            if (row is null) _ = InvokeAsync(Forget);
            else if (row.Reader == _reader) _ = InvokeAsync(Show);
            else _feed.Take();
        });
    }

    private void Forget()
    {
        _last = null;
        Show();
    }

    private void Show()
    {
        Look();
        StateHasChanged();
    }

    private void Look() => (_figures, _rows) = (Book.Figures, [.. Book.Rows.Take(ShownRows)]);

    private async Task ReadAsync()
    {
        _problem = null;
        _reading = true;
        try
        {
            _last = await Reads.ReadAsync(new ReadRequest(_key.Length > 0 ? _key : Latest ?? "", R is null ? _from : null, R, _reader));
        }
        catch (CommandException e)
        {
            _problem = Problem.Of(e, "Nothing was changed.", "Check that nodes are running and that the key was written, then retry.");
        }
        finally
        {
            _reading = false;
        }
    }

    private static string Shape(ReadRow row) => row.Outcome switch { ReadOutcome.Fresh => "fresh", ReadOutcome.Unanswered => "failed", ReadOutcome.Wrong => "conflict", _ => "behind" };

    private string Short(ReadRow row) => row.Outcome switch
    {
        ReadOutcome.Unanswered => "no answer",
        _ => $"{(row.Version == 0 ? "no such key" : Snapshot.Labels.Version(row.Epoch, row.Version))} {(row.Outcome == ReadOutcome.Fresh ? "fresh" : row.Outcome == ReadOutcome.Wrong ? "wrong" : $"stale by {Units.Count(row.VersionsBehind, "write")}")}{(row.NonMonotonic ? ", older than an earlier read" : "")}",
    };

    public void Dispose()
    {
        _listening?.Dispose();
        _feed?.Dispose();
    }
}
