using CsCheck;
using KvLab.Core.Replication;
using KvLab.Core.Simulation;
using Xunit;

namespace KvLab.Tests.Replication;

[Trait("Category", "Unit")]
public sealed class QuorumTrackerTests
{
    /// <summary>The same arithmetic as anyone would write it down: two sets and three comparisons.</summary>
    private sealed class NaiveTwin(int followers, int required)
    {
        private readonly HashSet<int> _acked = [];
        private readonly HashSet<int> _failed = [];

        public void Ack(int follower)
        {
            _acked.Add(follower);
            _failed.Remove(follower);
        }

        public void Fail(int follower)
        {
            if (!_acked.Contains(follower)) _failed.Add(follower);
        }

        public (int, int, QuorumState) Facts => (_acked.Count, _failed.Count,
            _acked.Count >= required ? QuorumState.Reached
            : followers - _failed.Count < required ? QuorumState.Unreachable
            : QuorumState.Pending);
    }

    [Fact]
    public void Agrees_with_its_naive_twin_over_random_answers() =>
        (from n in Gen.Int[1, QuorumTracker.MaxFollowers]
         from w in Gen.Int[0, n]
         from answers in Gen.Select(Gen.Bool, Gen.Int[0, n - 1]).Array[0, 2 * n]
         select (n, w, answers))
        .Sample(t =>
        {
            var tracker = new QuorumTracker(t.n, t.w);
            var twin = new NaiveTwin(t.n, t.w);
            foreach (var (ack, follower) in t.answers)
            {
                Assert.Equal(twin.Facts, (tracker.Acks, tracker.Failures, tracker.State));
                tracker = ack ? tracker.Ack(follower) : tracker.Fail(follower);
                if (ack) twin.Ack(follower);
                else twin.Fail(follower);
            }

            Assert.Equal(twin.Facts, (tracker.Acks, tracker.Failures, tracker.State));
        }, iter: 5000);

    [Fact]
    public void Reached_is_for_ever() =>
        (from n in Gen.Int[1, 10]
         from w in Gen.Int[0, n]
         from answers in Gen.Select(Gen.Bool, Gen.Int[0, n - 1]).Array[0, 40]
         select (n, w, answers))
        .Sample(t =>
        {
            var tracker = new QuorumTracker(t.n, t.w);
            var reached = false;
            foreach (var (ack, follower) in t.answers)
            {
                tracker = ack ? tracker.Ack(follower) : tracker.Fail(follower);
                Assert.False(reached && tracker.State != QuorumState.Reached);
                reached |= tracker.State == QuorumState.Reached;
            }
        });

    [Fact]
    public void W_zero_is_reached_before_anybody_answers() => Assert.Equal(QuorumState.Reached, new QuorumTracker(5, 0).State);

    [Fact]
    public void One_follower_that_acks_often_counts_once() =>
        Assert.Equal((1, QuorumState.Pending), (new QuorumTracker(3, 2).Ack(1).Ack(1).Ack(1).Acks, new QuorumTracker(3, 2).Ack(1).Ack(1).State));

    [Fact]
    public void One_follower_that_fails_often_counts_once() => Assert.Equal(QuorumState.Pending, new QuorumTracker(3, 2).Fail(0).Fail(0).State);

    [Theory]
    [InlineData(5, 5, 1)]
    [InlineData(5, 3, 3)]
    [InlineData(5, 1, 5)]
    public void Out_of_reach_with_N_minus_W_plus_one_failures_and_not_before(int n, int w, int failures)
    {
        var tracker = new QuorumTracker(n, w);
        for (var i = 0; i < failures - 1; i++) tracker = tracker.Fail(i);
        Assert.Equal(QuorumState.Pending, tracker.State);
        Assert.Equal(QuorumState.Unreachable, tracker.Fail(failures - 1).State);
    }

    [Fact]
    public void The_64th_follower_counts_like_any_other()
    {
        var tracker = new QuorumTracker(64, 64);
        for (var i = 0; i < 64; i++) tracker = tracker.Ack(i);
        Assert.Equal((64, QuorumState.Reached), (tracker.Acks, tracker.State));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(65, 1)]
    [InlineData(3, 4)]
    [InlineData(3, -1)]
    public void Impossible_quorums_are_refused(int n, int w) => Assert.Throws<ArgumentOutOfRangeException>(() => new QuorumTracker(n, w));

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Followers_that_do_not_exist_are_refused(int follower)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuorumTracker(3, 2).Ack(follower));
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuorumTracker(3, 2).Fail(follower));
    }
}
