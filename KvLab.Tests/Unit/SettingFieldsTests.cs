using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Tests.Architecture;
using KvLab.Tests.Goldens;
using KvLab.Web.Components.View;
using Xunit;

namespace KvLab.Tests.Unit;

/// <summary>One table has every live setting, and everybody who speaks of settings has them from there.</summary>
[Trait("Category", "Unit")]
public sealed class SettingFieldsTests
{
    // Hints count only where they are chosen.
    private static readonly LiveSettings Standard = new() { Delivery = Delivery.Hinted };

    public static TheoryData<string> Names => [.. SettingFields.All.Select(f => f.Name)];

    private static SettingField Field(string name) => SettingFields.All.Single(f => f.Name == name);

    /// <summary>The same settings, but for this one.</summary>
    private static LiveSettings Changed(SettingField field) => field.Apply(Wish(field), Standard);

    private static LiveSettingsPatch Wish(SettingField field)
    {
        object value = field switch
        {
            FlagSetting => true,
            { Choices.Count: > 0 } => field.Choices.First(c => c != field.TextOf(Standard)),
            _ => 7,
        };
        if (field.Name == "antiEntropyMs") value = 700;
        var fields = new JsonFields(JsonSerializer.SerializeToElement(new Dictionary<string, object> { [field.Name] = value }), new FieldErrors());
        var patch = LiveSettingsPatch.Read(fields);
        Assert.Empty(fields.Errors);
        return patch;
    }

    [Fact]
    public void The_table_has_every_live_setting() => Assert.Equal(
        typeof(LiveSettings).GetProperties().Where(p => p.CanWrite && p.Name != nameof(LiveSettings.DelayOrigin)).Select(p => p.Name).Order(StringComparer.Ordinal),
        SettingFields.All.Select(f => f.Option).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_change_of_one_setting_changes_that_one_and_no_other(string name)
    {
        var (field, changed) = (Field(name), Changed(Field(name)));
        Assert.All(SettingFields.All, f => Assert.Equal(f != field, f.IsSame(changed, Standard)));
        Assert.Equal(changed, LiveSettingsPatch.Of(changed).ApplyTo(Standard));
        Assert.Equal(changed, Wish(field).Over(LiveSettingsPatch.Of(Standard)).ApplyTo(new LiveSettings()));
        Assert.Equal(Standard, LiveSettingsPatch.Of(Standard).Over(Wish(field)).ApplyTo(changed));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_node_is_told_at_its_start_it_reads_as_it_was(string name)
    {
        var changed = Changed(Field(name)) with { WriteQuorum = name == "writeQuorum" ? 7 : 3 };
        var environment = SettingFields.All.ToDictionary(f => f.Variable, f => f.TextOf(changed));
        string[] args = ["--ROLE=leader", $"--FOLLOWERS={string.Join(',', Enumerable.Range(1, 8).Select(i => $"http://127.0.0.1:{9000 + i}"))}"];
        var read = KvLab.Nodes.Options.NodeOptionsReader.Read(args, environment.GetValueOrDefault, out var errors);
        Assert.Empty(errors);
        Assert.Equal(changed, read!.Settings);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sentences_about_settings_say_what_differs(string name)
    {
        var changed = Changed(Field(name));
        Assert.NotEqual(Say(Standard), Say(changed));
        Assert.NotEqual(Figures(Standard), Figures(changed));

        static string Say(LiveSettings settings) => Explain.Plain.Event(new NodeEvent { Node = "leader", Incarnation = "1", Sequence = 1, Kind = EventKind.SettingsChanged, Settings = settings });
        static string Figures(LiveSettings settings) => FigureWords.Of(new FigureConditions(settings, 8, "memory"), new FigureConditions(Standard, 8, "memory"));
    }

    [Fact]
    public void The_page_about_settings_lists_them_as_they_are()
    {
        string[] table =
        [
            "| over REST | environment, node's option | `Cluster:` | range | standard | meaning |",
            "| --- | --- | --- | --- | --- | --- |",
            .. SettingFields.All.Select(f => $"| `{f.Name}` | `{f.Variable}` | `{f.Option}` | {f.Range} | {f.TextOf(new LiveSettings())} | {f.Meaning} |"),
        ];
        var page = SourceTree.Read("docs/settings.md").Split('\n').Where(l => l.StartsWith('|')).ToArray();
        Assert.True(Golden.FirstDifference(page, table) is null, $"docs/settings.md: {Golden.FirstDifference(page, table)}");
    }
}
