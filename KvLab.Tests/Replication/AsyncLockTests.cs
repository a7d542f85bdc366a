using KvLab.Core.Simulation;
using KvLab.Core.Waiting;
using Xunit;

namespace KvLab.Tests.Replication;

[Trait("Category", "Unit")]
public sealed class AsyncLockTests
{
    private readonly VirtualWorld _world = new(seed: 5);
    private readonly AsyncLock _lock = new();
    private readonly List<int> _order = [];

    private Pending<bool> Enter(int who, double forMs, CancellationToken cancellation) => _world.Start(async () =>
    {
        using var alone = await _lock.EnterAsync(cancellation);
        _order.Add(who);
        await Task.Delay(TimeSpan.FromMilliseconds(forMs), _world.Time, CancellationToken.None);
        _order.Add(-who);
        return true;
    });

    [Fact]
    public void One_at_a_time_gets_in_and_in_the_order_of_arrival()
    {
        var all = Enumerable.Range(1, 5).Select(i => Enter(i, 10 - i, CancellationToken.None)).ToArray();
        _world.RunToRest();
        Assert.All(all, one => Assert.True(one.Result));
        Assert.Equal([1, -1, 2, -2, 3, -3, 4, -4, 5, -5], _order);
    }

    /// <summary>A world of one thread says so if anything comes back from another one.</summary>
    [Fact]
    public void Who_waits_with_a_token_goes_on_where_it_was_and_who_is_cancelled_takes_no_turn()
    {
        using var impatient = new CancellationTokenSource();
        using var patient = new CancellationTokenSource();
        var (first, second, third) = (Enter(1, 10, CancellationToken.None), Enter(2, 10, impatient.Token), Enter(3, 10, patient.Token));
        _world.Start(() =>
        {
            impatient.Cancel();
            return Task.FromResult(true);
        });
        _world.RunToRest();
        Assert.True(first.Result && third.Result);
        Assert.ThrowsAny<OperationCanceledException>(() => second.Result);
        Assert.Equal([1, -1, 3, -3], _order);
        Assert.True(Enter(4, 0, CancellationToken.None).Result);
    }

    [Fact]
    public void Cancelled_before_it_asks_it_is_not_let_in()
    {
        Assert.ThrowsAny<OperationCanceledException>(() => Enter(1, 0, new CancellationToken(canceled: true)).Result);
        _world.Start(async () =>
        {
            using var alone = await _lock.EnterAsync(CancellationToken.None);
            return true;
        });
        Assert.Empty(_order);
    }
}
