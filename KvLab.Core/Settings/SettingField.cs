using System.Text.Json;
using System.Text.Json.Nodes;
using KvLab.Core.Configuration;

namespace KvLab.Core.Settings;

/// <summary>One live setting, with all that anybody says of it: what reads, checks, hands on, shows or documents settings goes through <see cref="SettingFields.All"/>.</summary>
/// <param name="name">In JSON.</param>
/// <param name="variable">As an environment variable and, in any spelling, as an option on a node's command line.</param>
/// <param name="meaning">One line for documents.</param>
public abstract class SettingField(string name, string variable, string meaning)
{
    public string Name { get; } = name;
    public string Variable { get; } = variable;
    public string Meaning { get; } = meaning;

    /// <summary>Under <c>Cluster:</c> in the dashboard's configuration.</summary>
    public string Option => char.ToUpperInvariant(Name[0]) + Name[1..];

    protected string Unit => Name.EndsWith("Ms", StringComparison.Ordinal) ? " ms" : "";

    /// <summary>What may be set, for documents.</summary>
    public abstract string Range { get; }

    /// <summary>The names to choose from; empty where it is no choice.</summary>
    public virtual IReadOnlyList<string> Choices => [];

    /// <summary>As an environment has it, and as it can be read again.</summary>
    public abstract string TextOf(LiveSettings settings);

    public bool IsSame(LiveSettings one, LiveSettings other) => TextOf(one) == TextOf(other);

    /// <summary>As <paramref name="values"/> have it under a name, else as it is in <paramref name="standard"/>.</summary>
    public abstract LiveSettings Read(ISettingValues values, string called, LiveSettings standard);

    public abstract LiveSettingsPatch Read(JsonFields fields, LiveSettingsPatch patch);
    public abstract LiveSettings Apply(LiveSettingsPatch patch, LiveSettings settings);

    /// <summary>Also wishes what is set.</summary>
    public abstract LiveSettingsPatch Wish(LiveSettingsPatch patch, LiveSettings settings);

    /// <summary>Where <paramref name="newer"/> says nothing, what <paramref name="older"/> says.</summary>
    public abstract LiveSettingsPatch Over(LiveSettingsPatch newer, LiveSettingsPatch older);

    /// <summary>Notes what is out of range; of some settings every value will do.</summary>
    public virtual void Check(LiveSettings settings, int followers, FieldErrors errors)
    {
    }

    public abstract void Write(Utf8JsonWriter writer, LiveSettings settings);

    /// <summary>Its schema in OpenAPI.</summary>
    public JsonObject Schema()
    {
        var schema = Describe();
        if (Meaning.Length > 0) schema["description"] = Meaning;
        return schema;
    }

    protected abstract JsonObject Describe();
}

/// <summary>Where a setting is kept: in the settings, and in a patch, where null means that it stays.</summary>
public sealed record SettingPlace<T>(
    Func<LiveSettings, T> Get, Func<LiveSettings, T, LiveSettings> With, Func<LiveSettingsPatch, T?> Wish, Func<LiveSettingsPatch, T?, LiveSettingsPatch> Wishing)
    where T : struct;

/// <summary>A setting of one type.</summary>
public abstract class SettingField<T>(string name, string variable, string meaning, SettingPlace<T> place) : SettingField(name, variable, meaning) where T : struct
{
    protected T Of(LiveSettings settings) => place.Get(settings);

    public override string TextOf(LiveSettings settings) => Text(Of(settings));

    public override LiveSettings Read(ISettingValues values, string called, LiveSettings standard) => place.With(standard, Value(values, called, Of(standard)));

    public override LiveSettingsPatch Read(JsonFields fields, LiveSettingsPatch patch) => place.Wishing(patch, Value(fields));

    public override LiveSettings Apply(LiveSettingsPatch patch, LiveSettings settings) => place.Wish(patch) is { } wish ? place.With(settings, wish) : settings;

    public override LiveSettingsPatch Wish(LiveSettingsPatch patch, LiveSettings settings) => place.Wishing(patch, Of(settings));

    public override LiveSettingsPatch Over(LiveSettingsPatch newer, LiveSettingsPatch older) =>
        place.Wish(newer) is null && place.Wish(older) is { } wish ? place.Wishing(newer, wish) : newer;

    protected abstract string Text(T value);
    protected abstract T Value(ISettingValues values, string called, T fallback);
    protected abstract T? Value(JsonFields fields);
}
