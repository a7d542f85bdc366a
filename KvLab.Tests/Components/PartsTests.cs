using Bunit;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Fields;
using KvLab.Web.Components.Parts;
using KvLab.Web.Leases;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components;

/// <summary>Fields and buttons that every panel uses: named, bounded, and never showing what nobody holds.</summary>
[Trait("Category", "Component")]
public sealed class PartsTests : PageTest
{
    [Fact]
    public void A_number_that_is_written_otherwise_is_shown_as_the_value_that_it_is()
    {
        decimal? told = null;
        var field = Render<NumberField>(p => p.Add(c => c.Name, "It").Add(c => c.TestId, "n").Add(c => c.Label, "delay (ms)").Add(c => c.Value, 5)
            .Add(c => c.ValueChanged, v => told = v));
        field.Find("[data-testid=n]").Change("5.0");
        Assert.Equal(5, told);
        field.WaitForAssertion(() => Assert.Equal("5", field.Find("[data-testid=n]").GetAttribute("value")), Patience);
        field.Find("[data-testid=n]").Change("7");
        field.WaitForAssertion(() => Assert.Equal("5", field.Find("[data-testid=n]").GetAttribute("value")), Patience); // nobody took it
        Assert.Equal("delay (ms)", field.Find($"label[for='{field.Find("[data-testid=n]").Id}']").TextContent.Trim());
    }

    [Fact]
    public void A_wrong_number_stays_with_its_sentence_until_a_new_value_comes()
    {
        var field = Render<NumberField>(p => p.Add(c => c.Name, "It").Add(c => c.TestId, "n").Add(c => c.Value, 5));
        field.Find("[data-testid=n]").Change("five");
        Assert.Equal(("five", "true"), (field.Find("[data-testid=n]").GetAttribute("value"), field.Find("[data-testid=n]").GetAttribute("aria-invalid")));
        Assert.StartsWith("It must be", field.Find("[data-testid=n-wrong]").TextContent, StringComparison.Ordinal);
        field.Render(p => p.Add(c => c.Value, 6));
        Assert.Equal("6", field.Find("[data-testid=n]").GetAttribute("value"));
        Assert.Empty(field.FindAll("[data-testid=n-wrong]"));
    }

    [Fact]
    public void Text_is_bounded_in_the_browser()
    {
        var field = Render<TextField>(p => p.Add(c => c.TestId, "t").Add(c => c.MaxLength, 120));
        Assert.Equal("120", field.Find("[data-testid=t]").GetAttribute("maxlength"));
    }

    [Fact]
    public void A_choice_is_named_tells_what_was_chosen_and_shows_what_is_so()
    {
        string? told = null;
        var page = Shown("red", v => told = v);
        var field = page.At("choice");
        Assert.Equal(("combobox", "Colour", "red"), (field.GetAttribute("role"), field.GetAttribute("aria-label"), field.GetAttribute("data-value")));
        page.Choose("choice", "BLUE");
        page.Until(() => told == "blue");
        page.Until(() => page.At("choice").GetAttribute("value") == "RED"); // nobody took it
    }

    [Fact]
    public void A_lock_holds_choices_too()
    {
        var page = Shown("red", locked: true);
        Assert.False(page.At("choice").HasAttribute("disabled"));
        using var held = Services.GetRequiredService<ExclusiveLease>().Take("experiment", "A run", static () => { });
        page.Until(() => page.At("choice").HasAttribute("disabled"));
    }

    [Fact]
    public void A_button_says_what_it_is()
    {
        var button = Render<ToolButton>(p => p.Add(c => c.Pressed, true).AddUnmatched("data-testid", "b").AddUnmatched("title", "why").AddChildContent("Do")).Find("[data-testid=b]");
        Assert.Equal(("BUTTON", "button", "true", "why", "Do"), (button.TagName, button.GetAttribute("type"), button.GetAttribute("aria-pressed"), button.GetAttribute("title"), button.TextContent.Trim()));
    }

    private Page Shown(string now, Action<string>? told = null, bool locked = false)
    {
        Cluster.Publish(Calm);
        RenderFragment choice = b =>
        {
            b.OpenComponent<Choice<string>>(0);
            b.AddComponentParameter(1, nameof(Choice<string>.Label), "Colour");
            b.AddComponentParameter(2, nameof(Choice<string>.TestId), "choice");
            b.AddComponentParameter(3, nameof(Choice<string>.Values), (string[])["red", "blue"]);
            b.AddComponentParameter(4, nameof(Choice<string>.Name), (Func<string, string>)(v => v.ToUpperInvariant()));
            b.AddComponentParameter(5, nameof(Choice<string>.Value), now);
            b.AddComponentParameter(6, nameof(Choice<string>.ValueChanged), EventCallback.Factory.Create<string>(this, v => told?.Invoke(v)));
            b.CloseComponent();
        };
        return Show(!locked ? choice : b =>
        {
            b.OpenComponent<LeaseLock>(0);
            b.AddComponentParameter(1, nameof(LeaseLock.ChildContent), choice);
            b.CloseComponent();
        });
    }
}
