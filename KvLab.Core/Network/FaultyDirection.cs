using MathNet.Numerics.Distributions;

namespace KvLab.Core.Network;

/// <summary>What is to become of one message in one direction.</summary>
/// <param name="LostBy">The reason that it never arrives; null where it does.</param>
internal readonly record struct Fate(LossReason? LostBy, double DelayMs, bool Duplicated, bool HeldBack);

/// <summary>
/// One direction of a link under faults: draws fates, counts them, and holds back what is to be overtaken. Every fate but <c>dropNext</c> is a pure function
/// of its draw, so that what happens to a write does not depend on the order in which messages happen to be sent.
/// </summary>
internal sealed class FaultyDirection(string follower, string direction, LossReason byChance)
{
    // Beyond so many writes the correlation has faded to nothing worth computing, but where it is nearly 1.
    private const int LongestMemory = 64;

    private readonly Lock _gate = new();
    private readonly string _lossName = $"{follower}/{direction}/loss";
    private readonly string _jitterName = $"{follower}/{direction}/jitter";
    private readonly string _duplicateName = $"{follower}/{direction}/duplicate";
    private readonly string _reorderName = $"{follower}/{direction}/reorder";
    private readonly List<TaskCompletionSource> _heldBack = [];
    private DirectionFaults _faults = DirectionFaults.None;
    private long _lost, _duplicated, _delayed, _reordered, _refused;

    /// <summary>As set, with what is left of <see cref="DirectionFaults.DropNext"/>. Setting lets go what was held back.</summary>
    public DirectionFaults Faults
    {
        get { lock (_gate) return _faults; }
        set
        {
            lock (_gate) _faults = value;
            ReleaseHeldBack();
        }
    }

    public DirectionCounts Counts
    {
        get { lock (_gate) return new DirectionCounts(_lost, _duplicated, _delayed, _reordered, _refused); }
    }

    /// <param name="isWrite">Whether <c>dropNext</c> counts it: whoever wants to see a write lost does not mean a poll of somebody's health.</param>
    public Fate Decide(FateDraw draw, bool isWrite)
    {
        lock (_gate)
        {
            var faults = _faults;
            if (isWrite && faults.DropNext > 0)
            {
                _faults = faults with { DropNext = faults.DropNext - 1 };
                _lost++;
                return new Fate(LossReason.Dropped, 0, false, false);
            }

            if (Happens(faults.LossPercent, _lossName, draw))
            {
                _lost++;
                return new Fate(byChance, 0, false, false);
            }

            var delayMs = faults.ExtraDelayMs + (faults.JitterMs > 0 ? faults.JitterMs * Jitter(faults.JitterCorrelation, draw) : 0);
            var duplicated = Happens(faults.DuplicatePercent, _duplicateName, draw);
            var heldBack = Happens(faults.ReorderPercent, _reorderName, draw);
            if (delayMs > 0) _delayed++;
            if (duplicated) _duplicated++;
            if (heldBack) _reordered++;
            return new Fate(null, delayMs, duplicated, heldBack);
        }
    }

    public void CountSwallowed()
    {
        lock (_gate) _lost++;
    }

    public void CountRefused()
    {
        lock (_gate) _refused++;
    }

    /// <summary>Completes when a later message has passed, or after <paramref name="atMost"/>.</summary>
    public async Task WaitToBeOvertakenAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        var overtaken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) _heldBack.Add(overtaken);
        await using (cancellation.UnsafeRegister(static (o, token) => ((TaskCompletionSource)o!).TrySetCanceled(token), overtaken))
        await using (time.CreateTimer(static o => ((TaskCompletionSource)o!).TrySetResult(), overtaken, atMost, Timeout.InfiniteTimeSpan))
        {
            try
            {
                await overtaken.Task;
            }
            finally
            {
                lock (_gate) _heldBack.Remove(overtaken);
            }
        }
    }

    /// <summary>A message that was not held back has passed.</summary>
    public void ReleaseHeldBack()
    {
        lock (_gate)
        {
            foreach (var held in _heldBack) held.TrySetResult();
        }
    }

    private static bool Happens(double percent, string name, FateDraw draw) =>
        percent > 0 && DelaySchedule.Uniform(draw.Seed, draw.Number, name, draw.Attempt) * 100 < percent;

    /// <summary>
    /// Uniform on (0, 1), correlated from write to write: a normal number that is a fading sum of this write's and the earlier writes' own (the moving-average
    /// form of an AR(1) process, cut off after <see cref="LongestMemory"/> and scaled back to variance 1), put through the normal distribution function.
    /// </summary>
    private double Jitter(double correlation, FateDraw draw)
    {
        if (correlation <= 0) return DelaySchedule.Uniform(draw.Seed, draw.Number, _jitterName, draw.Attempt);
        if (correlation >= 1) return DelaySchedule.Uniform(draw.Seed, 0, _jitterName, 0);
        double sum = 0, squares = 0, weight = 1;
        for (var back = 0; back < LongestMemory && weight > 0.001; back++, weight *= correlation)
        {
            sum += weight * Normal.InvCDF(0, 1, DelaySchedule.Uniform(draw.Seed, draw.Number - back, _jitterName, draw.Attempt));
            squares += weight * weight;
        }

        return Normal.CDF(0, 1, sum / Math.Sqrt(squares));
    }
}
