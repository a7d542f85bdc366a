using KvLab.Core.Waiting;

namespace KvLab.Core.Network;

/// <summary>Where a message of a write tells what became of it; other calls are only counted.</summary>
internal delegate void LossHandler(LossReason reason, bool applied);

/// <summary>
/// The faults of the link to one follower, and the one way through them, for writes and for every other call alike. The sender waits no longer than its
/// deadline; what is still on its way by then arrives all the same, as it would in a real network.
/// </summary>
internal sealed class FaultyLink(string follower, TimeProvider time)
{
    private readonly FaultyDirection _request = new(follower, "request", LossReason.RequestLost);
    private readonly FaultyDirection _answer = new(follower, "answer", LossReason.AnswerLost);
    private volatile LinkFaults _set = LinkFaults.None;
    private long _exchanges;
    private int _unheard;

    public LinkFaults Faults
    {
        get => _set with { Request = _request.Faults, Answer = _answer.Faults };
        set
        {
            _set = value;
            _request.Faults = value.Request;
            _answer.Faults = value.Answer;
        }
    }

    public LinkCounts Counts => new(_request.Counts, _answer.Counts);

    /// <summary>For calls that are no attempt of a write: they are numbered in the order in which they are made.</summary>
    public FateDraw NextExchange() => new(_set.Seed ?? 0, -Interlocked.Increment(ref _exchanges), 0);

    /// <param name="send">The call itself, without faults; may run twice.</param>
    /// <param name="timeout">From now until the sender gives up.</param>
    /// <param name="lost">Told what a fault takes away; null for a call that is no message of a write: <c>dropNext</c> leaves it alone, and it ends at its deadline.</param>
    /// <exception cref="TransportException">Refused, or no answer by the deadline.</exception>
    public async Task<T> CarryAsync<T>(
        FateDraw draw, Func<CancellationToken, Task<T>> send, TimeSpan timeout, LossHandler? lost, CancellationToken cancellation)
    {
        if (_set.Seed is { } seed) draw = draw with { Seed = seed };
        if (_set.Mode == LinkMode.Refuse)
        {
            _request.CountRefused();
            lost?.Invoke(LossReason.Refused, false);
            throw new TransportException(TransportFailure.Refused, $"The link to {follower} refuses every request.");
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // As on a healthy link a sender of writes is carried on by whoever brings its answer. Other calls go on to longer work, for which a timer's thread is not there.
        var outcome = new TaskCompletionSource<T>(lost is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
        await using (cancellation.UnsafeRegister(static (o, token) => ((TaskCompletionSource<T>)o!).TrySetCanceled(token), outcome))
        using (time.For(follower, static f => $"The time to wait for an answer of {f} is over.").CreateTimer(_ => outcome.TrySetException(TimedOut(timeout)), null, timeout, Timeout.InfiniteTimeSpan))
        {
            _ = TellAsync(outcome, TravelAsync(draw, send, lost, lost is null ? ended.Token : cancellation, ended.Token));
            try
            {
                return await outcome.Task;
            }
            finally
            {
                ended.Cancel();
            }
        }
    }

    private TransportException TimedOut(TimeSpan timeout) =>
        new(TransportFailure.Timeout, $"{follower} did not answer within {timeout.TotalMilliseconds:0} ms.");

    /// <summary>Hands over what came back, unless the sender has stopped waiting.</summary>
    private static async Task TellAsync<T>(TaskCompletionSource<T> outcome, Task<T> travel)
    {
        try
        {
            outcome.TrySetResult(await travel);
        }
        catch (OperationCanceledException ended)
        {
            outcome.TrySetCanceled(ended.CancellationToken);
        }
        catch (Exception failure)
        {
            outcome.TrySetException(failure);
        }
    }

    private async Task<T> TravelAsync<T>(FateDraw draw, Func<CancellationToken, Task<T>> send, LossHandler? lost, CancellationToken cancellation, CancellationToken ended)
    {
        await PassAsync(_request, draw, applied: false, lost, duplicate: () => _ = EchoAsync(send(cancellation)), cancellation, ended);
        var answering = send(cancellation);
        // Posted: what was held back comes behind it.
        _request.ReleaseHeldBack();
        var answer = await answering;
        // Decided when the answer comes, not when the request left: a partition cuts off answers too that are under way when it begins.
        await PassAsync(_answer, draw, applied: true, lost, duplicate: null, cancellation, ended);
        _answer.ReleaseHeldBack();
        return answer;
    }

    /// <summary>Completes when the message may arrive. Nobody tells a sender that it is lost: then this ends when the sender has given up.</summary>
    private async Task PassAsync(
        FaultyDirection direction, FateDraw draw, bool applied, LossHandler? lost, Action? duplicate, CancellationToken cancellation, CancellationToken ended)
    {
        if (_set.Mode == LinkMode.Swallow)
        {
            direction.CountSwallowed();
            lost?.Invoke(LossReason.Swallowed, applied);
            await SilenceAsync(ended);
        }

        var fate = direction.Decide(draw, isWrite: lost is not null);
        if (fate.LostBy is { } reason)
        {
            lost?.Invoke(reason, applied);
            await SilenceAsync(ended);
        }

        if (fate.DelayMs > 0) await time.WaitForSendingAsync(TimeSpan.FromMilliseconds(fate.DelayMs), cancellation);
        if (fate.HeldBack) await direction.WaitToBeOvertakenAsync(SimulatedNetwork.LongestHold, time, cancellation);
        if (fate.Duplicated) duplicate?.Invoke();
    }

    /// <summary>Messages that are lost and that a sender still waits for.</summary>
    internal int Unheard => Volatile.Read(ref _unheard);

    /// <exception cref="OperationCanceledException">Always, once the sender waits no more.</exception>
    private async Task SilenceAsync(CancellationToken ended)
    {
        Interlocked.Increment(ref _unheard);
        try
        {
            var given = new TaskCompletionSource();
            await using (ended.UnsafeRegister(static (g, token) => ((TaskCompletionSource)g!).TrySetCanceled(token), given)) await given.Task;
        }
        finally
        {
            Interlocked.Decrement(ref _unheard);
        }
    }

    /// <summary>Nobody waits for the answer of the second copy: what it says, or that it failed, changes nothing.</summary>
    private static async Task EchoAsync<T>(Task<T> copy)
    {
        try
        {
            await copy;
        }
        catch (Exception)
        {
            // The sender has the answer of the first copy, or its failure.
        }
    }
}
