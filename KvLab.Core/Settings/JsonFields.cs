using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Core.Storage;

namespace KvLab.Core.Settings;

/// <summary>
/// Typed reading of an object's fields that collects every problem. A getter gives its fallback where the field is absent or wrong, so the
/// caller must look at the errors before it uses anything.
/// </summary>
public sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly FieldErrors _errors;
    private readonly string _path;
    private bool _valueIsTooLarge;

    public JsonFields(JsonElement json, FieldErrors errors, string path = "")
    {
        _errors = errors;
        _path = path;
        var count = 0;
        foreach (var property in json.EnumerateObject())
        {
            if (++count > InputRules.MostParts)
            {
                _errors.Add(path.Length > 0 ? path[..^1] : "body", $"{(path.Length > 0 ? path[..^1] : "The body")} has more than {InputRules.MostParts} fields.");
                break;
            }

            string name;
            try
            {
                name = property.Name;
            }
            catch (InvalidOperationException)
            {
                errors.Add("body", "The body contains a field whose name is not valid Unicode text.");
                continue;
            }

            if (!_fields.TryAdd(name, property.Value)) Add(name, "must be given once, but is given more than once.");
        }
    }

    public bool Has(string field) => _fields.ContainsKey(field);

    /// <summary>For settings: a misspelt name must not look like a change that worked.</summary>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        foreach (var field in _fields.Keys)
            if (!names.Contains(field)) Add(field, $"is not a known field; the known fields are {string.Join(", ", names)}.");
    }

    public string Key()
    {
        if (!Required("key", out var element)) return "";
        if (Text("key", element) is not { } key) return "";
        if (InputRules.CheckKey(key) is { } sentence) _errors.Add(_path + "key", sentence);
        return key;
    }

    public JsonText Value()
    {
        if (!Required("value", out var element)) return default;
        try
        {
            var value = JsonText.From(element);
            _valueIsTooLarge = value.Length > InputRules.LargestValue;
            if (_valueIsTooLarge) Add("value", $"must have at most {InputRules.LargestValue} bytes as compact JSON, but has {value.Length}.");
            return value;
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException or JsonException)
        {
            Add("value", "holds text that is not valid Unicode (half of a surrogate pair).");
            return default;
        }
    }

    public string? Text(string field) => _fields.TryGetValue(field, out var element) ? Text(field, element) : null;

    public long? Long(string field, long from, long to = long.MaxValue)
    {
        if (!_fields.TryGetValue(field, out var element)) return null;
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var value) && value >= from && value <= to) return value;
        Add(field, $"must be a whole number from {from} to {to}, but is {Show(element)}.");
        return null;
    }

    public long RequiredLong(string field, long from, long to = long.MaxValue) => Required(field, out _) ? Long(field, from, to) ?? from : from;

    /// <summary>Its range is checked by whoever knows it; here only that it is a number that a computer's int can hold.</summary>
    public int? Int(string field)
    {
        if (!_fields.TryGetValue(field, out var element)) return null;
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value)) return value;
        Add(field, $"must be a whole number{(element.ValueKind == JsonValueKind.Number ? ", at most 2147483647" : "")}, but is {Show(element)}.");
        return null;
    }

    public double? Number(string field)
    {
        if (!_fields.TryGetValue(field, out var element)) return null;
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && double.IsFinite(value)) return value;
        Add(field, $"must be a number, but is {Show(element)}.");
        return null;
    }

    public bool? Bool(string field)
    {
        if (!_fields.TryGetValue(field, out var element)) return null;
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False) return element.GetBoolean();
        Add(field, $"must be true or false, but is {Show(element)}.");
        return null;
    }

    public IReadOnlyList<int>? Ints(string field)
    {
        if (!_fields.TryGetValue(field, out var element) || IsTooLong(field, element)) return null;
        if (element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out _)))
            return [.. element.EnumerateArray().Select(e => e.GetInt32())];
        Add(field, "must be a list of whole numbers.");
        return null;
    }

    public IReadOnlyList<string>? Texts(string field)
    {
        if (!_fields.TryGetValue(field, out var element) || IsTooLong(field, element)) return null;
        if (element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String))
            return [.. element.EnumerateArray().Select(e => Text(field, e) ?? "")];
        Add(field, "must be a list of strings.");
        return null;
    }

    public T? Choice<T>(string field) where T : struct, Enum
    {
        if (!_fields.TryGetValue(field, out var element)) return null;
        if (element.ValueKind == JsonValueKind.String && Text(field, element) is { } text && EnumNames.TryParse<T>(text, out var value)) return value;
        Add(field, $"must be {EnumNames.ListOf<T>()}, but is {Show(element)}.");
        return null;
    }

    public JsonFields? Object(string field)
    {
        if (!_fields.TryGetValue(field, out var element)) return null;
        if (element.ValueKind == JsonValueKind.Object) return new JsonFields(element, _errors, $"{_path}{field}.");
        Add(field, $"must be an object, but is {Name(element.ValueKind)}.");
        return null;
    }

    public IReadOnlyList<JsonFields> RequiredObjects(string field)
    {
        if (!Required(field, out var element) || IsTooLong(field, element)) return [];
        if (element.ValueKind == JsonValueKind.Array && element.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Object))
            return [.. element.EnumerateArray().Select((e, i) => new JsonFields(e, _errors, $"{_path}{field}[{i}]."))];
        Add(field, "must be a list of objects.");
        return [];
    }

    public IEnumerable<string> Names => _fields.Keys;

    /// <summary>Everything that is wrong so far, here and in objects within.</summary>
    public IReadOnlyList<FieldError> Errors => _errors.All;

    /// <summary>Whether the only thing that is wrong is a value beyond <see cref="InputRules.LargestValue"/> (HTTP calls that 413).</summary>
    public bool IsOnlyTooLarge => _valueIsTooLarge && _errors.All.Count == 1;

    /// <summary>An error at this object's field; the sentence goes on behind the field's name.</summary>
    public void Add(string field, string sentence)
    {
        var name = ErrorText.Short(_path + field);
        _errors.Add(name, $"{name} {sentence}");
    }

    public string RequiredText(string field) => Required(field, out var element) ? Text(field, element) ?? "" : "";

    private bool IsTooLong(string field, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() <= InputRules.MostParts) return false;
        Add(field, $"must have at most {InputRules.MostParts} entries, but has {element.GetArrayLength()}.");
        return true;
    }

    private bool Required(string field, out JsonElement element)
    {
        if (_fields.TryGetValue(field, out element)) return true;
        Add(field, "is missing.");
        return false;
    }

    private string? Text(string field, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            try
            {
                return element.GetString();
            }
            catch (InvalidOperationException)
            {
                Add(field, "is not valid Unicode text (half of a surrogate pair).");
                return null;
            }
        }

        Add(field, $"must be a string, but is {Name(element.ValueKind)}.");
        return null;
    }

    private static string Show(JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return Name(element.ValueKind);
        return ErrorText.Short(element.GetRawText());
    }

    public static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
