namespace KvLab.Web.Components.Fields;

/// <summary>What is wrong in a form's number fields: as long as anything is, the form sends nothing.</summary>
public sealed class WrongFields
{
    private readonly Dictionary<string, string> _sentences = new(StringComparer.Ordinal);

    public bool Any => _sentences.Count > 0;

    public bool Has(string field) => _sentences.ContainsKey(field);

    /// <summary>All sentences, in no order.</summary>
    public string Sentences => string.Join(" ", _sentences.Values);

    /// <param name="sentence">Null: it is right.</param>
    public void Set(string field, string? sentence)
    {
        if (sentence is null) _sentences.Remove(field);
        else _sentences[field] = sentence;
    }
}
