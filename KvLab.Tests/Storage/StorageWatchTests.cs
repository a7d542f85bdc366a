using KvLab.Core.Storage;
using KvLab.Nodes.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Storage;

[Trait("Category", "Unit")]
public sealed class StorageWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<bool> _told = [];
    private readonly StorageWatch _watch;

    public StorageWatchTests()
    {
        _watch = new StorageWatch("any", _time);
        _watch.Watch(change => _told.Add(change.Status.Ok));
    }

    private void Fail(StoreFailure failure) => _watch.Failed(new StoreException(failure, "It failed."), write: true);

    [Fact]
    public void A_storage_that_is_reached_again_works_at_once()
    {
        Fail(StoreFailure.Unavailable);
        _watch.Worked(write: true);
        Assert.Equal([false, true], _told);
    }

    [Fact]
    public void A_write_that_failed_is_not_made_good_by_a_read()
    {
        Fail(StoreFailure.ReadOnly);
        _watch.Worked(write: false);
        Assert.Equal([false], _told);
    }

    /// <summary>A nearly full disk takes the small probe and refuses the next entry, four times a second.</summary>
    [Fact]
    public void A_full_storage_that_takes_some_writes_and_refuses_others_is_full_all_the_time()
    {
        for (var i = 0; i < 20; i++)
        {
            Fail(StoreFailure.Full);
            _time.Advance(StorageWatch.Roomy / 2);
            _watch.Worked(write: true);
        }

        Assert.Equal([false], _told);
        _time.Advance(StorageWatch.Roomy / 2);
        _watch.Worked(write: true);
        Assert.Equal([false, true], _told);
    }

    [Fact]
    public void What_is_slow_first_and_turns_out_to_be_anothers_is_called_so()
    {
        Fail(StoreFailure.Slow);
        Fail(StoreFailure.Schema);
        Fail(StoreFailure.Slow);
        Assert.Equal(StoreFailure.Schema, _watch.Status.Failure);
        Assert.Equal([false, false], _told);
    }
}
