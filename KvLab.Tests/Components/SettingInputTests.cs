using Bunit;
using KvLab.Core.Settings;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Settings;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>A live setting that nobody has drawn a control for has one all the same.</summary>
[Trait("Category", "Component")]
public sealed class SettingInputTests : PageTest
{
    public static TheoryData<string, string, string> Changes => new()
    {
        { "hintLimit", "12", "12" }, { "minDelayMs", "0.5", "0.5" }, { "seed", "-7", "-7" }, { "rejoinSync", "full", "full" }, { "quorumCountsLeader", "true", "true" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Any_setting_can_be_changed_by_its_row_in_the_table(string name, string typed, string expected)
    {
        var field = SettingFields.All.Single(f => f.Name == name);
        LiveSettingsPatch? wish = null;
        var page = Show(content =>
        {
            content.OpenComponent<SettingInput>(0);
            content.AddComponentParameter(1, nameof(SettingInput.Field), field);
            content.AddComponentParameter(2, nameof(SettingInput.Settings), new LiveSettings());
            content.AddComponentParameter(3, nameof(SettingInput.OnChange), EventCallback.Factory.Create<LiveSettingsPatch>(this, patch => wish = patch));
            content.CloseComponent();
        });
        if (field is FlagSetting) page.At($"setting-{name}").Change(bool.Parse(typed));
        else if (field.Choices.Count > 0) page.Choose($"setting-{name}", typed);
        else page.At($"setting-{name}").Change(typed);
        Assert.NotNull(wish);
        Assert.Equal(expected, field.TextOf(wish.ApplyTo(new LiveSettings())));
        Assert.Equal(LiveSettingsPatch.Of(wish.ApplyTo(new LiveSettings())), wish.Over(LiveSettingsPatch.Of(new LiveSettings())));
    }
}
