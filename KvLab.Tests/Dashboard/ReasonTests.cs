using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Failover;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class ReasonTests
{
    /// <summary>The words of every reason; a new enum of reasons has its place here.</summary>
    private static readonly Dictionary<Type, Func<object, string>> Words = new()
    {
        [typeof(DeliveryReason)] = r => Explain.Why((DeliveryReason)r),
        [typeof(AnswerReason)] = r => Explain.Why((AnswerReason)r),
        [typeof(LossReason)] = r => Explain.Why((LossReason)r),
        [typeof(RollBackReason)] = r => Explain.Why((RollBackReason)r),
        [typeof(FailoverRefusal)] = r => new FailoverChoice(Candidate.Silent("follower-1", "follower-1"), (FailoverRefusal)r).Sentence,
    };

    public static TheoryData<string> Reasons() => [.. All().Select(r => $"{r.GetType().Name}.{r}")];

    private static IEnumerable<Enum> All() => typeof(Explain).Assembly.GetTypes()
        .Where(t => t.IsEnum && (t.Name.EndsWith("Reason", StringComparison.Ordinal) || t.Name.EndsWith("Refusal", StringComparison.Ordinal)))
        .SelectMany(t => Enum.GetValues(t).Cast<Enum>());

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_has_words_of_its_own(string name)
    {
        var reason = All().Single(r => $"{r.GetType().Name}.{r}" == name);
        var words = Words[reason.GetType()](reason);
        Assert.Contains(' ', words);
        Assert.DoesNotContain('_', words);
    }

    /// <summary>What travels has a name that is chosen and not what the code happens to be called.</summary>
    [Theory]
    [InlineData(typeof(DeliveryReason))]
    [InlineData(typeof(AnswerReason))]
    [InlineData(typeof(LossReason))]
    [InlineData(typeof(RollBackReason))]
    public void Every_reason_that_travels_has_a_name_on_the_wire(Type reasons) =>
        Assert.All(reasons.GetFields().Where(f => f.IsLiteral), f => Assert.True(Attribute.IsDefined(f, typeof(JsonStringEnumMemberNameAttribute)), f.Name));

    [Theory]
    [InlineData("hint_window", "the hint window ended")]
    [InlineData("hint_limit", "hint limit was reached")]
    [InlineData("deposed", "another leader leads now")]
    [InlineData("gremlins", "gremlins")]
    public void A_delivery_that_is_given_up_says_why(string reason, string words) =>
        Assert.Contains(words, Explain.Plain.Event(Of(EventKind.DeliveryAbandoned, reason)), StringComparison.Ordinal);

    [Fact]
    public void A_write_that_was_overwritten_was_not_taken_back()
    {
        Assert.Contains("was removed", Explain.Plain.Event(Of(EventKind.EntryRolledBack, EnumNames.NameOf(RollBackReason.TakenBack))), StringComparison.Ordinal);
        var gone = Explain.Plain.Event(Of(EventKind.EntryRolledBack, EnumNames.NameOf(RollBackReason.Overwritten)));
        Assert.Contains("was already gone", gone, StringComparison.Ordinal);
        Assert.DoesNotContain("was removed", gone, StringComparison.Ordinal);
    }

    private static NodeEvent Of(EventKind kind, string reason) =>
        new() { Kind = kind, Node = "leader", Incarnation = "i", Sequence = 1, At = DateTimeOffset.UnixEpoch, Key = "k", Version = 3, Epoch = 1, Peer = "follower-1", Reason = reason };
}
