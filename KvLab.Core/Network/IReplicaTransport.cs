namespace KvLab.Core.Network;

/// <summary>A follower as the leader knows it.</summary>
/// <param name="Id">Stable name, <c>follower-1</c>; the seeded delays depend on it.</param>
/// <param name="Url">Base address without a trailing slash. Two followers never share one.</param>
public sealed record Peer(string Id, string Url);

/// <summary>
/// Carries messages to one follower and brings back one answer per message, in order. Knows nothing of delays and faults:
/// those live in <see cref="SimulatedNetwork"/>, so that they act alike over every transport.
/// </summary>
public interface IReplicaTransport
{
    /// <exception cref="TransportException">The follower did not answer: for no message of the batch is it known whether it is stored.</exception>
    Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
        Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation);
}

public enum TransportFailure
{
    /// <summary>Nobody listens there.</summary>
    Refused,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>An answer that is an error.</summary>
    Error,

    /// <summary>It answered that its storage failed.</summary>
    Storage,
}

/// <summary>"Not known to be stored": the request may or may not have taken effect.</summary>
public sealed class TransportException : Exception
{
    public TransportException(TransportFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    public TransportException() { }
    public TransportException(string message) : base(message) { }
    public TransportException(string message, Exception inner) : base(message, inner) { }

    public TransportFailure Failure { get; }
}
