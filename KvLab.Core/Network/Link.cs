using System.Text;

namespace KvLab.Core.Network;

/// <summary>A message that is due, and the promise of its answer.</summary>
internal sealed class Parcel(ReplicateMessage message, TimeSpan timeout)
{
    // Whoever brings the answers of a batch carries each sender on, one after the other: five hops over the thread pool per write cost more than what they do.
    private readonly TaskCompletionSource<ReplicateAnswer> _answer = new();

    public ReplicateMessage Message { get; } = message;
    public TimeSpan Timeout { get; } = timeout;
    public Task<ReplicateAnswer> Answer => _answer.Task;

    /// <summary>Bytes of key and value.</summary>
    public int Size { get; } = Encoding.UTF8.GetByteCount(message.Key) + message.Value.Length;

    /// <summary>Nobody waits for it any more: if it has not left yet, it stays.</summary>
    public bool IsCancelled => _answer.Task.IsCanceled;

    public void Complete(ReplicateAnswer answer) => _answer.TrySetResult(answer);
    public void Fail(TransportException failure) => _answer.TrySetException(failure);
    public void Cancel(CancellationToken cancelled) => _answer.TrySetCanceled(cancelled);
}

/// <summary>
/// The way to one follower. There is no loop that waits for work: whoever posts a parcel sends it, together with whatever else is due,
/// unless enough batches are under way already; then a batch that comes back takes along what piled up meanwhile.
/// </summary>
internal sealed class Link(Peer follower, IReplicaTransport transport, NetworkOptions options)
{
    private readonly Lock _gate = new();
    private readonly Queue<Parcel> _due = new();
    private int _batchesInFlight;

    public void Post(Parcel parcel)
    {
        lock (_gate)
        {
            _due.Enqueue(parcel);
            if (_batchesInFlight >= options.MaxBatchesInFlight) return;
            _batchesInFlight++;
        }

        _ = SendWhatIsDueAsync();
    }

    /// <summary>Never throws: every failure belongs to the parcels of its batch.</summary>
    private async Task SendWhatIsDueAsync()
    {
        while (TakeBatch() is { } batch) await SendAsync(batch);
    }

    private List<Parcel>? TakeBatch()
    {
        lock (_gate)
        {
            var batch = new List<Parcel>(Math.Min(_due.Count, options.MaxBatchMessages));
            var bytes = 0;
            while (batch.Count < options.MaxBatchMessages && _due.TryPeek(out var next))
            {
                if (!next.IsCancelled)
                {
                    bytes += next.Size;
                    if (batch.Count > 0 && bytes > options.MaxBatchBytes) break;
                    batch.Add(next);
                }

                _due.Dequeue();
            }

            if (batch.Count > 0) return batch;
            // Under the same lock as Post's check: no parcel can slip in between and be forgotten.
            _batchesInFlight--;
            return null;
        }
    }

    private async Task SendAsync(List<Parcel> batch)
    {
        try
        {
            var messages = new ReplicateMessage[batch.Count];
            var timeout = TimeSpan.Zero;
            for (var i = 0; i < messages.Length; i++)
            {
                messages[i] = batch[i].Message;
                if (batch[i].Timeout > timeout) timeout = batch[i].Timeout;
            }

            var answers = await transport.SendAsync(follower, messages, timeout, CancellationToken.None);
            if (answers.Count != messages.Length)
                throw new TransportException(TransportFailure.Error, $"{follower.Id} gave {answers.Count} answers to {messages.Length} messages.");
            for (var i = 0; i < messages.Length; i++) batch[i].Complete(answers[i]);
        }
        catch (TransportException failure)
        {
            foreach (var parcel in batch) parcel.Fail(failure);
        }
        catch (Exception unexpected)
        {
            var failure = new TransportException(TransportFailure.Error, $"Sending to {follower.Id} failed: {unexpected.Message}", unexpected);
            foreach (var parcel in batch) parcel.Fail(failure);
        }
    }
}
