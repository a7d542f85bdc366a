using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Unit;

[Trait("Category", "Unit")]
public sealed class EntryVersionTests
{
    [Fact]
    public void A_newer_epoch_wins_over_any_counter_of_an_older_one() =>
        Assert.True(new EntryVersion(2, 1) > new EntryVersion(1, 999));
}
