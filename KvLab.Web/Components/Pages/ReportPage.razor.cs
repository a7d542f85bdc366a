using KvLab.Core.Experiments;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Components.Panels.Reporting;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Experiments;
using KvLab.Web.Pictures;
using KvLab.Web.Problems;
using KvLab.Web.Reports;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Pages;

/// <summary>
/// The report builder: words left, the document right as it will be printed. Every keystroke is kept in the browser before anything else is done
/// with it; the preview follows when the typing rests.
/// </summary>
public sealed partial class ReportPage : ComponentBase, IDisposable
{
    private const string PreviewId = "report-preview";
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(400);

    private readonly CancellationTokenSource _gone = new();
    private ReportDraft _draft = new();
    private ExperimentRun? _run;
    private ExperimentRun? _second;
    private IReadOnlyList<Figure> _figures = [];
    private IReadOnlyList<PictureFile> _pictures = [];
    private IReadOnlyList<RunSummary> _others = [];
    private ReportContents? _contents;
    private ReportDraft? _previewed;
    private bool _previewing;
    private bool _missing;
    private string? _unreadable;
    private bool _loaded;

    [Inject] public required ExperimentService Experiments { get; init; }
    [Inject] public required ExperimentBrowser Storage { get; init; }
    [Inject] public required ReportShelf Shelf { get; init; }
    [Inject] public required Browser Browser { get; init; }
    [Inject] public required ViewerClock Clock { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    [CascadingParameter] public ViewOptions View { get; set; } = ViewOptions.Default;

    [Parameter] public required string Id { get; set; }

    /// <summary>A second run that was compared with it on the page before.</summary>
    [SupplyParameterFromQuery(Name = "compare")] public string? Compare { get; set; }

    private string DraftKey => $"report.{Id}";

    protected override async Task OnInitializedAsync()
    {
        try
        {
            _others = [.. Experiments.List().Where(r => r.Id != Id && r.Points > 0 && r.Problem is null)];
            _run = await Task.Run(() => Experiments.Find(Id));
        }
        catch (CommandException e)
        {
            _unreadable = e.Message;
        }

        _missing = _run is null;
        if (_missing) return;
        var stored = await Storage.LoadAsync<ReportDraft>(DraftKey, lasting: true);
        _draft = (stored ?? new ReportDraft { Second = Compare ?? "" }).Mended();
        _pictures = await Shelf.MineAsync();
        await ReadSecondAsync();
        _loaded = true;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_loaded && _previewed is null) await PreviewAsync(atOnce: true);
    }

    private async Task SetAsync(ReportDraft draft)
    {
        var another = draft.Second != _draft.Second;
        _draft = draft;
        await Storage.SaveAsync(DraftKey, draft, lasting: true);
        if (another) await ReadSecondAsync();
        await PreviewAsync(atOnce: another);
    }

    private async Task ReadSecondAsync()
    {
        var wanted = _draft.Second;
        try
        {
            _second = wanted.Length == 0 ? null : await Task.Run(() => Experiments.Find(wanted));
        }
        catch (CommandException)
        {
            // As one that is not there any more: the report is of the first alone.
            _second = null;
        }

        if (_second is null) _draft = _draft with { Second = "" };
        var runs = Runs();
        _figures = await Task.Run(() => (IReadOnlyList<Figure>)[.. runs.SelectMany(RunFigures.All).DistinctBy(f => f.Id)]);
    }

    private ExperimentRun[] Runs() => _second is null ? [_run!] : [_run!, _second];

    private ReportRequest Request() => _draft.Request(Id, _figures.Select(f => f.Id), _pictures.Select(p => p.Picture.Id), Clock.Zone);

    private (ReportContents Contents, string Html) Build(Func<Picture, string>? addressOf)
    {
        var request = Request();
        var contents = ReportContents.Of(request, Runs(), [.. request.Pictures.Select(id => _pictures.First(p => p.Picture.Id == id))]);
        return (contents, ReportBuilder.Build(request, contents, addressOf));
    }

    private async Task RemoveAsync(string picture)
    {
        try
        {
            Shelf.Remove(picture);
        }
        catch (CommandException gone) when (gone.Status == StatusCodes.Status404NotFound)
        {
            // Somebody else removed it before.
        }

        _pictures = [.. _pictures.Where(p => p.Picture.Id != picture)];
        await SetAsync(_draft with { Without = [.. _draft.Without.Where(w => w != picture)] });
    }

    // One at a time: what is typed meanwhile is in the next one.
    private async Task PreviewAsync(bool atOnce)
    {
        if (_previewing) return;
        _previewing = true;
        try
        {
            if (atOnce) await DrawAsync();
            while (!ReferenceEquals(_previewed, _draft))
            {
                await Task.Delay(Rest, Time, _gone.Token);
                await DrawAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
        finally
        {
            _previewing = false;
        }
    }

    private async Task DrawAsync()
    {
        _previewed = _draft;
        // Pictures are loaded once and not with each keystroke.
        (_contents, var html) = await Task.Run(() => Build(Shelf.AddressOf));
        // The form names each figure by the number that it has now.
        StateHasChanged();
        await Storage.ShowPreviewAsync(PreviewId, html);
    }

    private async Task PrintAsync()
    {
        await DrawAsync();
        await Storage.PrintPreviewAsync(PreviewId);
    }

    private async Task DownloadAsync() => await Browser.DownloadAsync($"kvlab-report-{Id}.html", "text/html", (await Task.Run(() => Build(null))).Html);

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }
}
