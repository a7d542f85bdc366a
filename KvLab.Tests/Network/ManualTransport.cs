using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Network;

/// <summary>A transport whose answers are given by hand, batch by batch, or after a service time.</summary>
public sealed class ManualTransport : IReplicaTransport
{
    private int _inFlight;

    /// <summary>A write of one key that a test sends by hand.</summary>
    public static ReplicateMessage Message(long version) => new("k", JsonText.Of("v"), new EntryVersion(1, version), 0, "leader", VersioningMode.Versioned);

    public List<SentBatch> Batches { get; } = [];

    /// <summary>Where set, answers come by themselves after it.</summary>
    public Func<Task>? ServiceTime { get; init; }

    public int MostInFlight { get; private set; }

    public async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
        Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation)
    {
        var sent = new SentBatch(follower, batch, timeout);
        Batches.Add(sent);
        MostInFlight = Math.Max(MostInFlight, ++_inFlight);
        try
        {
            if (ServiceTime is not null)
            {
                await ServiceTime();
                sent.Answer();
            }

            return await sent.Answered;
        }
        finally
        {
            _inFlight--;
        }
    }
}

public sealed class SentBatch(Peer follower, IReadOnlyList<ReplicateMessage> messages, TimeSpan timeout)
{
    private readonly TaskCompletionSource<IReadOnlyList<ReplicateAnswer>> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<ReplicateMessage> Messages { get; } = messages;
    public TimeSpan Timeout { get; } = timeout;
    public Task<IReadOnlyList<ReplicateAnswer>> Answered => _answered.Task;

    /// <summary>Confirms every message of the batch.</summary>
    public void Answer() => AnswerWith([.. Messages.Select(m => new ReplicateAnswer(ReplicateOutcome.Applied, m.Version, m.Version.Epoch, m.Lamport, follower.Id))]);

    public void AnswerWith(IReadOnlyList<ReplicateAnswer> answers) => _answered.SetResult(answers);

    public void Fail(Exception failure) => _answered.SetException(failure);
}
