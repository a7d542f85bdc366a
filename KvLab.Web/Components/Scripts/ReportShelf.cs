using System.Globalization;
using KvLab.Web.Pictures;
using KvLab.Web.Replays;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Scripts;

/// <summary>
/// The pictures that this browser put aside for its reports: the lab keeps them, the browser remembers which are its own. One per circuit.
/// </summary>
public sealed class ReportShelf(PictureStore pictures, ExperimentBrowser browser, IRecordedStreams recordings, NavigationManager navigation, TimeProvider time)
{
    private const string Key = "pictures";

    /// <summary>A map is played this much behind the present.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(250);

    /// <exception cref="Problems.CommandException">It cannot be kept.</exception>
    public async Task AddAsync(PictureKind kind, string caption, string? link, PictureTable table, byte[] png)
    {
        var added = pictures.Add(kind, caption, link, table, png);
        await browser.SaveAsync(Key, (await IdsAsync()).Append(added.Id).ToArray(), lasting: true);
    }

    /// <summary>In the order in which they were added; what was removed meanwhile is not among them.</summary>
    public async Task<IReadOnlyList<PictureFile>> MineAsync() => [.. (await IdsAsync()).Select(pictures.Find).OfType<PictureFile>()];

    public void Remove(string id) => pictures.Remove(id);

    public string AddressOf(Picture picture) => $"{navigation.BaseUri}api/pictures/{picture.Id}.png";

    /// <summary>Where the present can be seen again, once it is the past.</summary>
    /// <returns>Null where nothing is recorded.</returns>
    public string? LinkToMap() => LinkTo(time.GetUtcNow() - Behind);

    /// <inheritdoc cref="LinkToMap"/>
    public string? LinkToNow() => LinkTo(time.GetUtcNow());

    private string? LinkTo(DateTimeOffset at) => recordings.Current is { } now
        ? string.Create(CultureInfo.InvariantCulture, $"{navigation.BaseUri}replay/{now.Id}?at={Math.Max(0, (at - now.From).TotalMilliseconds):0}") : null;

    /// <inheritdoc cref="LinkToMap"/>
    public string? LinkToDiagram(DateTimeOffset at, double spanMs) => recordings.Current is { } now
        ? string.Create(CultureInfo.InvariantCulture, $"{navigation.BaseUri}timeline?recording={now.Id}&at={at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.FFFZ}&zoom={spanMs:0.###}") : null;

    /// <summary>What the address shows already.</summary>
    public string LinkToThis => navigation.Uri;

    private Task<string[]> IdsAsync() => browser.LoadNamesAsync(Key);
}
