using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

namespace KvLab.Web.Components.View;

/// <summary>
/// <see cref="ViewOptions"/> as a query string and back. Defaults are left out, so that a plain page has a plain address;
/// what cannot be understood counts as left out, because links are written by people too.
/// </summary>
public static class ViewQuery
{
    public static string Write(ViewOptions view)
    {
        var query = new QueryBuilder();
        if (view.Theme != ThemeChoice.System) query.Add("theme", Name(view.Theme));
        if (view.Projector) query.Add("projector", "1");
        if (view.Stage != Stage.Map) query.Add("stage", Name(view.Stage));
        if (view.Chart != ChartTab.Latency) query.Add("chart", Name(view.Chart));
        if (view.Data != DataOf(view)) query.Add("data", Name(view.Data));
        AddText("keys", view.KeyFilter);
        AddText("node", view.EventFilter.Node);
        if (view.EventFilter.Kind is { } kind) query.Add("kind", EventKindNames.NameOf(kind));
        AddText("key", view.EventFilter.Key);
        AddText("text", view.EventFilter.Text);
        AddSelection(view.Selection);
        return query.ToString();

        void AddText(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) query.Add(name, value);
        }

        void AddSelection(Selection selection)
        {
            AddText("sel-key", selection.Key);
            if (!selection.Version.IsNone)
                query.Add("sel", string.Create(CultureInfo.InvariantCulture, $"{selection.Version.Epoch}.{selection.Version.Counter}"));
            AddText("sel-node", selection.Node);
            if (selection.Event is { } e)
                query.Add("sel-event", string.Create(CultureInfo.InvariantCulture, $"{e.Sequence}.{e.Node}.{e.Incarnation}"));
        }
    }

    private static readonly HashSet<string> Own =
        ["theme", "projector", "stage", "chart", "data", "keys", "node", "kind", "key", "text", "sel-key", "sel", "sel-node", "sel-event"];

    /// <summary>The view beside whatever else the address carries: a page's own parameters stay.</summary>
    public static string WriteBeside(string uri, ViewOptions view)
    {
        var at = uri.IndexOf('?', StringComparison.Ordinal);
        var query = Write(view);
        if (at < 0) return query;
        var others = QueryHelpers.ParseQuery(uri[at..].Split('#')[0]).Where(p => !Own.Contains(p.Key));
        return others.Aggregate(query, (written, p) => QueryHelpers.AddQueryString(written, p.Key, p.Value.ToString()));
    }

    /// <param name="uri">A whole address or a query string.</param>
    public static ViewOptions Read(string uri)
    {
        var at = uri.IndexOf('?', StringComparison.Ordinal);
        if (at < 0) return ViewOptions.Default;
        var query = QueryHelpers.ParseQuery(uri[at..].Split('#')[0]);
        var view = new ViewOptions
        {
            Theme = Choice<ThemeChoice>("theme"),
            Projector = Text("projector") == "1",
            Stage = Choice<Stage>("stage"),
            Chart = Choice<ChartTab>("chart"),
            KeyFilter = Text("keys") ?? "",
            EventFilter = new EventFilter(
                Text("node"), Text("kind") is { } kind && EventKindNames.TryParse(kind, out var known) ? known : null, Text("key"), Text("text")),
            Selection = new Selection(Text("sel-key"), Version(Text("sel")), Text("sel-node"), Event(Text("sel-event"))),
        };
        return view with { Data = Text("data") is null ? DataOf(view) : Choice<DataTab>("data") };

        string? Text(string name) => query.TryGetValue(name, out var value) && !string.IsNullOrEmpty(value) ? value.ToString() : null;
        T Choice<T>(string name) where T : struct, Enum =>
            Text(name) is { } text && EnumNames.TryParse<T>(text, out var value) ? value : default;
    }

    /// <summary>Where the address does not say it: whoever filters events, or selected one, means to see them.</summary>
    private static DataTab DataOf(ViewOptions view) => view.EventFilter.IsEmpty && view.Selection.Event is null ? DataTab.Replicas : DataTab.Events;

    private static EntryVersion Version(string? text)
    {
        var parts = (text ?? "").Split('.');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var counter)
            ? new EntryVersion(epoch, counter)
            : EntryVersion.None;
    }

    private static EventId? Event(string? text)
    {
        var parts = (text ?? "").Split('.', 3);
        return parts.Length == 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new EventId(parts[1], parts[2], sequence)
            : null;
    }

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
