using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Web.Problems;
using KvLab.Web.Replays;

namespace KvLab.Web.Api.Requests;

/// <summary>Strict reading of query parameters: unknown and repeated ones are named, not ignored.</summary>
internal sealed class StrictQuery
{
    private readonly IQueryCollection _query;
    private readonly FieldErrors _errors = new();

    public StrictQuery(HttpRequest request, params string[] known)
    {
        _query = request.Query;
        foreach (var (name, values) in _query)
        {
            if (!known.Contains(name)) _errors.Add(name, $"{name} is not a parameter of this call; the parameters are {string.Join(", ", known)}.");
            else if (values.Count > 1) _errors.Add(name, $"{name} must be given once, but is given {values.Count} times.");
        }
    }

    /// <summary>Null where it is absent or empty.</summary>
    public string? Text(string name) => _query.TryGetValue(name, out var values) && values[0] is { Length: > 0 } text ? text : null;

    public int Int(string name, int standard, int from, int to)
    {
        if (Text(name) is not { } text) return standard;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= from && value <= to) return value;
        _errors.Add(name, $"{name} must be a whole number from {from} to {to}, but is \"{text}\".");
        return standard;
    }

    /// <summary>One of the given words; null where it is absent.</summary>
    public string? OneOf(string name, params string[] allowed)
    {
        if (Text(name) is not { } text || allowed.Contains(text)) return Text(name);
        _errors.Add(name, $"{name} must be {string.Join(" or ", allowed)}, but is \"{text}\".");
        return null;
    }

    /// <summary>Null where it is absent.</summary>
    public T? Named<T>(string name) where T : struct, Enum
    {
        if (Text(name) is not { } text) return null;
        if (EnumNames.TryParse<T>(text, out var value)) return value;
        _errors.Add(name, $"{name} must be {EnumNames.ListOf<T>()}, but is \"{text}\".");
        return null;
    }

    public EventKind? Kind(string name)
    {
        if (Text(name) is not { } text) return null;
        if (EventKindNames.TryParse(text, out var kind)) return kind;
        _errors.Add(name, $"{name} must be one of {string.Join(", ", EventKindNames.All)}, but is \"{text}\".");
        return null;
    }

    /// <summary>A moment where it begins as a year does, else a name.</summary>
    public (DateTimeOffset? At, string? Name) InstantOrName(string name) =>
        Text(name) is { } text && !char.IsAsciiDigit(text[0]) ? (null, text) : (Instant(name, ", or the name of a node"), null);

    /// <summary>Null where it is absent.</summary>
    public DateTimeOffset? Instant(string name) => Instant(name, "");

    /// <summary>A moment of a recording; null where it is absent.</summary>
    public RecordedMoment? Moment(string name)
    {
        if (Text(name) is not { } text) return null;
        if (RecordedMoment.Parse(text) is { } moment) return moment;
        _errors.Add(name, $"{name} must be {RecordedMoment.Shape}, but is \"{text}\".");
        return null;
    }

    /// <param name="or">What it may be besides.</param>
    private DateTimeOffset? Instant(string name, string or)
    {
        if (Text(name) is not { } text) return null;
        if (Timing.Instant.Parse(text) is { } at) return at;
        _errors.Add(name, $"{name} must be a time such as 2026-01-31T12:00:00.250Z{or}, but is \"{text}\".");
        return null;
    }

    /// <summary>Null where it is absent.</summary>
    public long? Whole(string name)
    {
        if (Text(name) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value < long.MaxValue / 2) return value;
        _errors.Add(name, $"{name} must be a whole number, but is \"{text}\".");
        return null;
    }

    public void ThrowIfWrong()
    {
        if (_errors.All.Count > 0)
            throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", _errors.All.Select(e => e.Message)), _errors.All);
    }
}
