using Bunit;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Settings;
using KvLab.Web.Live;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class SharedNumberTests : PageTest
{
    private LastChanges Changes => Services.GetRequiredService<LastChanges>();

    [Fact]
    public void What_is_typed_stays_and_what_others_made_of_the_value_stands_beside_it()
    {
        var page = Show<SettingsPanel>(Idle);
        page.At("seed").FocusIn();
        page.At("seed").Input("77");
        Change(4711);
        page.Until(() => page.Has("changed-seed"));
        Assert.Equal("changed by REST: now 4711", page.Text("changed-seed"));
        Assert.Equal($"{Idle.Settings!.Seed}", page.At("seed").GetAttribute("value"));

        page.At("seed").Change("77");
        page.At("seed").FocusOut();
        Clock.Advance(SettingsDraft.Gather);
        page.Until(() => Cluster.Current.Settings!.Seed == 77);
        Assert.Equal("77", page.At("seed").GetAttribute("value"));
    }

    [Fact]
    public void A_field_that_is_left_unchanged_shows_what_others_made_of_it()
    {
        var page = Show<SettingsPanel>(Idle);
        page.At("seed").FocusIn();
        Change(4711);
        page.Until(() => page.Has("changed-seed"));
        page.At("seed").FocusOut();
        page.Until(() => page.At("seed").GetAttribute("value") == "4711");
        Assert.Empty(Cluster.Patches);
    }

    [Fact]
    public void A_wrong_text_is_not_wiped_by_a_change_of_others()
    {
        var page = Show<SettingsPanel>(Idle);
        page.At("timeout").Change("soon");
        Publish(Idle with { Settings = Idle.Settings! with { ReplicationTimeoutMs = 1234 } });
        page.Until(() => page.Has("changed-timeout"));
        Assert.Equal(("soon", "changed by somebody else: now 1234"), (page.At("timeout").GetAttribute("value"), page.Text("changed-timeout")));
    }

    [Fact]
    public void A_field_that_nobody_types_in_follows_and_the_note_goes_by_itself()
    {
        var page = Show<SettingsPanel>(Idle);
        Change(4711);
        page.Until(() => page.At("seed").GetAttribute("value") == "4711");
        Assert.Equal("changed by REST", page.Text("changed-seed"));
        Clock.Advance(LastChanges.Shown);
        page.Until(() => !page.Has("changed-seed"));
    }

    /// <summary>As a script does by REST.</summary>
    private void Change(long seed)
    {
        Clock.Advance(TimeSpan.FromMilliseconds(10));
        var before = Author.Current;
        Author.Current = Author.Rest;
        Changes.Note([LastChanges.Setting("seed")]);
        Author.Current = before;
        Publish(Cluster.Current with { Settings = Cluster.Current.Settings! with { Seed = seed } });
    }
}
