using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KvLab.Core.Configuration;

namespace KvLab.Core.Settings;

/// <summary>A whole number in a range.</summary>
/// <param name="neverBelow">Where 0 means never: the smallest number that means something.</param>
public class WholeSetting(string name, string variable, string meaning, int from, int to, SettingPlace<int> place, int? neverBelow = null)
    : SettingField<int>(name, variable, meaning, place)
{
    public int From { get; } = from;
    public int To { get; } = to;

    public override string Range => neverBelow is { } least ? $"0 (never) or {least} to {To}{Unit}" : $"{From} to {To}{Unit}";

    public override void Check(LiveSettings settings, int followers, FieldErrors errors)
    {
        var value = Of(settings);
        if (neverBelow is { } least)
            errors.Require(value == 0 || (value >= least && value <= To), Name, $"{Name} must be 0 (never) or from {least} to {To}{Unit}, but is {value}.");
        else
            errors.Require(value >= From && value <= To, Name, $"{Name} must be from {From} to {To}{Unit}, but is {value}.");
    }

    public override void Write(Utf8JsonWriter writer, LiveSettings settings) => writer.WriteNumber(Name, Of(settings));
    protected override JsonObject Describe() => new() { ["type"] = "integer", ["minimum"] = From, ["maximum"] = To };
    protected override string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    protected override int Value(ISettingValues values, string called, int fallback) => values.Int(called, fallback, From, To);
    protected override int? Value(JsonFields fields) => fields.Int(Name);
}

/// <summary>W, whose upper end depends on the number of followers and on whether the leader counts.</summary>
public sealed class QuorumSetting(string name, string variable, string meaning, SettingPlace<int> place)
    : WholeSetting(name, variable, meaning, 0, int.MaxValue, place)
{
    public override string Range => "0 to N, or N + 1 when the leader is counted";

    public override void Check(LiveSettings settings, int followers, FieldErrors errors) =>
        errors.Require(Of(settings) >= 0 && Of(settings) <= settings.LargestQuorum(followers), Name,
            $"{Name} must be from 0 to {settings.LargestQuorum(followers)} ({settings.LargestQuorumIs()}), but is {Of(settings)}.");

    protected override JsonObject Describe() => new() { ["type"] = "integer", ["minimum"] = From };
}

/// <summary>A whole number of 64 bits.</summary>
public sealed class LongSetting(string name, string variable, string meaning, SettingPlace<long> place) : SettingField<long>(name, variable, meaning, place)
{
    public override string Range => "any whole number of 64 bits";

    public override void Write(Utf8JsonWriter writer, LiveSettings settings) => writer.WriteNumber(Name, Of(settings));
    protected override JsonObject Describe() => new() { ["type"] = "integer", ["format"] = "int64" };
    protected override string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
    protected override long Value(ISettingValues values, string called, long fallback) => values.Long(called, fallback);
    protected override long? Value(JsonFields fields) => fields.Long(Name, long.MinValue);
}

/// <summary>A number from 0 on.</summary>
public sealed class NumberSetting(string name, string variable, string meaning, double to, SettingPlace<double> place) : SettingField<double>(name, variable, meaning, place)
{
    public double To { get; } = to;

    public override string Range => string.Create(CultureInfo.InvariantCulture, $"0 to {To:0}{Unit}");

    public override void Check(LiveSettings settings, int followers, FieldErrors errors)
    {
        var value = Of(settings);
        errors.Require(double.IsFinite(value) && value >= 0 && value <= To, Name,
            string.Create(CultureInfo.InvariantCulture, $"{Name} must be from 0 to {To:0}{Unit}, but is {value}."));
    }

    public override void Write(Utf8JsonWriter writer, LiveSettings settings) => writer.WriteNumber(Name, Of(settings));
    protected override JsonObject Describe() => new() { ["type"] = "number", ["minimum"] = 0, ["maximum"] = (long)To };
    protected override string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    protected override double Value(ISettingValues values, string called, double fallback) => values.Number(called, fallback);
    protected override double? Value(JsonFields fields) => fields.Number(Name);
}

public sealed class FlagSetting(string name, string variable, string meaning, SettingPlace<bool> place) : SettingField<bool>(name, variable, meaning, place)
{
    public override string Range => "true or false";

    public override void Write(Utf8JsonWriter writer, LiveSettings settings) => writer.WriteBoolean(Name, Of(settings));
    protected override JsonObject Describe() => new() { ["type"] = "boolean" };
    protected override string Text(bool value) => value ? "true" : "false";
    protected override bool Value(ISettingValues values, string called, bool fallback) => values.Flag(called, fallback);
    protected override bool? Value(JsonFields fields) => fields.Bool(Name);
}

/// <summary>One of some names.</summary>
public sealed class ChoiceSetting<T>(string name, string variable, string meaning, SettingPlace<T> place) : SettingField<T>(name, variable, meaning, place)
    where T : struct, Enum
{
    public override string Range => EnumNames.ListOf<T>();
    public override IReadOnlyList<string> Choices { get; } = [.. Enum.GetValues<T>().Select(EnumNames.NameOf)];

    public override void Check(LiveSettings settings, int followers, FieldErrors errors) =>
        errors.Require(Enum.IsDefined(Of(settings)), Name, $"{Name} must be {EnumNames.ListOf<T>()}.");

    public override void Write(Utf8JsonWriter writer, LiveSettings settings) => writer.WriteString(Name, Text(Of(settings)));
    protected override JsonObject Describe() => new() { ["enum"] = new JsonArray([.. Choices.Select(c => JsonValue.Create(c))]) };
    protected override string Text(T value) => EnumNames.NameOf(value);
    protected override T Value(ISettingValues values, string called, T fallback) => values.Choice(called, fallback);
    protected override T? Value(JsonFields fields) => fields.Choice<T>(Name);
}
