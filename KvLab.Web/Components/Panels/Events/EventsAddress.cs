using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using Microsoft.AspNetCore.Http.Extensions;

namespace KvLab.Web.Components.Panels.Events;

/// <summary>Where the filtered events are downloaded from: the same address that a script would use.</summary>
public static class EventsAddress
{
    public static string Export(EventFilter filter, string format)
    {
        var query = new QueryBuilder();
        Add("node", filter.Node);
        Add("kind", filter.Kind is { } kind ? EventKindNames.NameOf(kind) : null);
        Add("key", filter.Key);
        Add("text", filter.Text);
        query.Add("limit", StateLimits.Events.ToString(System.Globalization.CultureInfo.InvariantCulture));
        query.Add("format", format);
        return $"api/events{query}";

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) query.Add(name, value);
        }
    }
}
