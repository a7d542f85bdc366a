using Bunit;
using KvLab.Core.Configuration;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Settings;
using KvLab.Web.Problems;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class SettingsPanelTests : PageTest
{
    [Fact]
    public void Without_a_leader_it_says_what_it_waits_for() =>
        Assert.Contains("when the leader has reported", Show<SettingsPanel>(ClusterSnapshot.Empty).Text("settings-empty"));

    [Fact]
    public void Turning_the_quorum_acts_at_once_and_shows_what_to_expect_while_it_is_under_way()
    {
        Cluster.ReportsSettings = false;
        var page = Show<SettingsPanel>(Idle);
        Assert.Equal("500 ms", page.Text("expected-ms"));

        page.At("quorum").Input("5");
        Assert.Equal("W = 5 of 5", page.Text("quorum-value"));
        Assert.Equal("833 ms", page.Text("expected-ms"));
        Assert.Equal("true", page.At("settings-pending").GetAttribute("data-pending"));

        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => Cluster.Patches.Count == 1);
        Assert.Equal(new LiveSettingsPatch { WriteQuorum = 5 }, Cluster.Patches[0]);
        Assert.Equal("true", page.At("settings-pending").GetAttribute("data-pending"));

        Publish(Idle with { Settings = Idle.Settings! with { WriteQuorum = 5 } });
        page.Until(() => page.At("settings-pending").GetAttribute("data-pending") == "false");
        Assert.Equal("W = 5 of 5", page.Text("quorum-value"));
    }

    [Fact]
    public void A_change_that_the_cluster_never_reports_is_taken_back()
    {
        Cluster.ReportsSettings = false;
        var page = Show<SettingsPanel>(Idle);
        page.At("quorum").Input("1");
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => Cluster.Patches.Count == 1);

        Clock.Advance(SettingsDraft.Patience);
        page.Until(() => page.Text("quorum-value") == "W = 3 of 5");
    }

    [Fact]
    public void A_moving_slider_becomes_few_commands_and_the_last_position_counts()
    {
        var page = Show<SettingsPanel>(Idle);
        foreach (var position in new[] { 150, 140, 130, 120 }) page.At("delay-range-max").Input(position.ToString());
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => Cluster.Patches.Count > 0);
        var only = Assert.Single(Cluster.Patches);
        Assert.Equal(DelayScale.ToMs(120), only.MaxDelayMs);
    }

    [Fact]
    public void A_refused_value_goes_back_and_says_why()
    {
        Cluster.Refusal = new CommandException(400, "no", [new FieldError("maxDelayMs", "maxDelayMs must be from 0 to 40000 ms, but is 50000.")]);
        var page = Show<SettingsPanel>(Idle);
        page.At("max-delay").Change("50000");
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => page.Has("settings-error"));
        Assert.Contains("maxDelayMs must be from 0 to 40000 ms, but is 50000. Nothing was changed.", page.Text("settings-error"));
        page.Until(() => page.At("max-delay").GetAttribute("value") == "1000");
    }

    [Fact]
    public void A_decimal_comma_is_understood_and_what_is_no_number_stays_with_its_sentence()
    {
        var page = Show<SettingsPanel>(Idle);
        page.At("min-delay").Change("0,5");
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => Cluster.Patches.Count == 1);
        Assert.Equal(0.5, Cluster.Patches[0].MinDelayMs);

        page.At("timeout").Change("3.5");
        page.Until(() => page.Has("timeout-wrong"));
        Assert.Equal("The timeout must be a whole number, but is 3.5.", page.Text("timeout-wrong"));
        Assert.Equal("3.5", page.At("timeout").GetAttribute("value"));
        page.At("seed").Change("99999999999999999999");
        page.Until(() => page.Has("seed-wrong"));
        Assert.Contains("The seed must be from", page.Text("seed-wrong"), StringComparison.Ordinal);
        page.At("seed").Change("9223372036854775807");
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => Cluster.Patches.Count == 2);
        Assert.Equal(long.MaxValue, Cluster.Patches[1].Seed);
        Assert.False(page.Has("seed-wrong"));
    }

    [Theory]
    [InlineData("min-delay", "-5", "The delay must be from 0 to 60000, but is -5.")]
    [InlineData("max-delay", "99999999999", "The delay must be from 0 to 60000, but is 99999999999.")]
    [InlineData("min-delay", "2000", "The delay must not be above the longest, 1000 ms.")]
    [InlineData("max-delay", "0.05", "The delay must not be below the shortest, 0.1 ms.")]
    [InlineData("anti-entropy", "99999999999", "This must be from 0 to 3600000, but is 99999999999.")]
    [InlineData("anti-entropy", "-5", "This must be from 0 to 3600000, but is -5.")]
    [InlineData("anti-entropy", "50", "This must be 0 (never) or at least 100, but is 50.")]
    public void A_number_out_of_range_stays_at_its_field_with_its_sentence_and_goes_nowhere(string field, string typed, string sentence)
    {
        var page = Show<SettingsPanel>(Idle);
        page.At(field).Change(typed);
        Assert.Equal((sentence, typed), (page.Text($"{field}-wrong"), page.At(field).GetAttribute("value")));
        Clock.Advance(SettingsDraft.Gather);
        Assert.False(page.Has("settings-error"));
        Assert.Empty(Cluster.Patches);
    }

    [Fact]
    public void What_was_wrong_only_beside_another_value_is_taken_when_that_one_has_changed()
    {
        var page = Show<SettingsPanel>(Idle);
        page.At("min-delay").Change("2000");
        Assert.True(page.Has("min-delay-wrong"));
        page.At("max-delay").Change("3000");
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => Cluster.Patches.Any(p => p.MinDelayMs == 2000));
        Assert.False(page.Has("min-delay-wrong"));
    }

    [Theory]
    [InlineData("seed", "7")]
    [InlineData("timeout", "900")]
    [InlineData("anti-entropy", "2500")]
    [InlineData("min-delay", "5")]
    [InlineData("distribution", "Pareto", "pareto")]
    [InlineData("delivery", "Once", "once")]
    [InlineData("on-shortfall", "Error", "error (503)")]
    [InlineData("rejoin-sync", "None", "nothing (as the original lab)")]
    public void Every_setting_has_its_control(string testId, string value, string? name = null)
    {
        var page = Show<SettingsPanel>(Idle);
        if (name is null) page.At(testId).Change(value);
        else page.Choose(testId, name);
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => Cluster.Patches.Count == 1);
        var settings = Cluster.Patches[0].ApplyTo(Idle.Settings!);
        Assert.NotEqual(Idle.Settings, settings);
        Assert.Contains(value, (object[])[settings.Distribution.ToString(), settings.Seed.ToString(), settings.ReplicationTimeoutMs.ToString(), settings.Delivery.ToString(), settings.OnShortfall.ToString(), settings.RejoinSync.ToString(), settings.AntiEntropyMs.ToString(), settings.MinDelayMs.ToString()]);
    }

    [Fact]
    public void Counting_the_leader_widens_W_by_one_and_taking_it_back_narrows_it()
    {
        var page = Show<SettingsPanel>(Idle with { Settings = new() { QuorumCountsLeader = true, WriteQuorum = 6 } });
        Assert.Equal("W = 6 of 6", page.Text("quorum-value"));
        Assert.Equal("synchronous: waits for all 5 followers", page.Text("quorum-meaning"));
        page.At("counts-leader").Change(false);
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => Cluster.Patches.Count == 1);
        Assert.Equal((false, 5), (Cluster.Patches[0].QuorumCountsLeader, Cluster.Patches[0].WriteQuorum));
    }

    [Fact]
    public void Hints_have_their_window_and_limit_when_they_are_chosen()
    {
        var page = Show<SettingsPanel>(Idle);
        Assert.False(page.Has("hint-window"));
        page.Choose("delivery", "hinted");
        page.Until(() => page.Has("hint-window"));
        Assert.True(page.Has("hint-window"));
        page.At("hint-limit").Change("12");
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => Cluster.Current.Settings!.HintLimit == 12);
        Assert.Equal(Delivery.Hinted, Cluster.Current.Settings!.Delivery);
    }

    [Fact]
    public void Naive_mode_is_one_click_away_and_marked_when_it_is_on()
    {
        var page = Show<SettingsPanel>(Idle);
        page.At("versioning-naive").Change(true);
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => page.At("settings").GetAttribute("data-naive") == "true");
        Assert.Equal(VersioningMode.Naive, Cluster.Current.Settings!.Versioning);
        Assert.True(page.Has("summary-naive"));
    }

    [Fact]
    public void The_expected_latency_follows_the_distribution() =>
        Assert.Equal("500 ms", Show<SettingsPanel>(Idle with { Settings = new() { Distribution = DelayDistribution.Fixed, MinDelayMs = 0, WriteQuorum = 5 } }).Text("expected-ms"));
}
