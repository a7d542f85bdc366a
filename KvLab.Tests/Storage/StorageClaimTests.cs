using KvLab.Core.Storage;
using KvLab.Nodes.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Storage;

[Trait("Category", "Unit")]
public sealed class StorageClaimTests
{
    [Fact]
    public async Task A_server_that_takes_long_to_say_that_it_is_in_use_is_asked_for_a_second_and_not_ten_times()
    {
        var time = new FakeTimeProvider();
        var asked = 0;
        var failure = await Assert.ThrowsAsync<StoreException>(() => StorageClaim.TakeAsync(() =>
        {
            asked++;
            time.Advance(TimeSpan.FromMilliseconds(1200));
            return Task.FromResult(false);
        }, "What leader keeps", time, CancellationToken.None));
        Assert.Equal(StoreFailure.Schema, failure.Failure);
        Assert.Equal(1, asked);
    }
}
