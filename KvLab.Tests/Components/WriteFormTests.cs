using Bunit;
using KvLab.Core.Replication;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Controls;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class WriteFormTests : PageTest
{
    [Fact]
    public void A_write_shows_its_answer_with_its_numbers()
    {
        var page = Show<WriteForm>(Idle);
        page.At("write-key").Input("k7");
        page.At("write-value").Input("hello");
        page.At("write").QuerySelector("form")!.Submit();
        Assert.Equal(["write k7=\"hello\""], Cluster.Commands);
        Assert.Equal("v17 success · 3/3 acks · 512 ms", page.Text("write-answer"));
    }

    [Fact]
    public void A_partial_success_is_told_apart_by_word_and_shape()
    {
        Cluster.Answer = _ => Task.FromResult(new WriteAnswer(WriteStatus.PartialSuccess, "k1", 18, 1, 2, 3, 5000, "only 2"));
        var page = Show<WriteForm>(Idle);
        page.At("write").QuerySelector("form")!.Submit();
        Assert.Equal("v18 partial · 2/3 acks · 5000 ms", page.Text("write-answer"));
        Assert.NotNull(page.At("write-answer").QuerySelector("use[href='#g-partial']"));
    }

    [Fact]
    public void A_client_that_waits_can_stop_waiting()
    {
        Cluster.Answer = async cancellation =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException("never");
        };
        var page = Show<WriteForm>(Idle);
        page.At("write").QuerySelector("form")!.Submit();
        Assert.Contains("1 client waits", page.Text("write-answer"));

        page.At("write-cancel").Click();
        page.Until(() => !page.Has("write-cancel"));
    }

    [Fact]
    public void Json_is_written_as_json_and_broken_json_is_not_written_at_all()
    {
        var page = Show<WriteForm>(Idle);
        page.At("write-value").Input("{ \"a\": 1 }");
        page.At("write").QuerySelector("form")!.Submit();
        page.At("write-value").Input("{ a");
        page.At("write").QuerySelector("form")!.Submit();
        Assert.Equal(["write k1={\"a\":1}"], Cluster.Commands);
        Assert.Contains("is not valid JSON. Nothing was written.", page.Text("write-error"));
    }

    [Fact]
    public void A_leader_that_is_down_is_an_error_that_keeps_the_form()
    {
        Cluster.Refusal = new CommandException(503, "The leader does not answer.");
        var page = Show<WriteForm>(Idle);
        page.At("write-key").Input("mine");
        page.At("write").QuerySelector("form")!.Submit();
        Assert.StartsWith("The leader does not answer. Nothing was changed.", page.Text("write-error"));
        Assert.Equal("mine", page.At("write-key").GetAttribute("value"));
    }

    [Fact]
    public async Task The_shortcut_w_writes()
    {
        var page = Show<WriteForm>(Idle);
        await page.On(() => Browser.OnShortcut("write"));
        page.Until(() => Cluster.Commands.Count == 1);
    }

    [Fact]
    public void What_is_typed_is_kept_for_after_a_reconnect()
    {
        var page = Show<WriteForm>(Idle);
        page.At("write-key").Input("typed");
        Assert.Equal("typed", Browser.Drafts.Key);
    }
}
