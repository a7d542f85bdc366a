using System.Collections.Concurrent;
using System.Net;
using System.Text;
using KvLab.Core.Network;

namespace KvLab.Nodes.Transport;

/// <summary>
/// Carries batches to real followers, on connections that begin as <c>GET /internal/replicate</c> and are upgraded: what HTTP says with every request
/// is said once, because at some thousand batches a second it cost more than the batches. A connection carries one batch at a time, and is kept.
/// </summary>
public sealed class HttpReplicaTransport(ClusterHttp http) : IReplicaTransport, IDisposable
{
    public const string Path = "/internal/replicate";

    /// <summary>On answers of a node whose storage failed: how, as one word of <see cref="Core.Storage.StoreFailure"/>.</summary>
    public const string StorageHeader = "X-Storage-Failure";

    // Connections that nobody uses at the moment, by the follower's address.
    private readonly ConcurrentDictionary<string, ConcurrentStack<BatchFrames>> _idle = new(StringComparer.Ordinal);
    private volatile bool _disposed;

    public async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
        Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        try
        {
            deadline.Token.ThrowIfCancellationRequested();
            if (http.Faults is { IsFrozen: true } frozen) await frozen.WhenThawedAsync(deadline.Token);
            var answers = await ExchangeAsync(follower, batch, deadline.Token);
            return answers.Length == batch.Count
                ? answers
                : throw new TransportException(TransportFailure.Error, $"{follower.Id} gave {answers.Length} answers to {batch.Count} messages.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TransportException(TransportFailure.Timeout, $"{follower.Id} at {follower.Url} did not answer within {timeout.TotalMilliseconds:0} ms.");
        }
        catch (HttpRequestException failure)
        {
            throw ClusterHttp.NotReached(follower, failure);
        }
        catch (Exception failure) when (failure is IOException or FormatException)
        {
            throw new TransportException(TransportFailure.Error, $"{follower.Id} at {follower.Url} gave no proper answer: {failure.Message}", failure);
        }
    }

    private async Task<ReplicateAnswer[]> ExchangeAsync(Peer follower, IReadOnlyList<ReplicateMessage> batch, CancellationToken cancellation)
    {
        var idle = _idle.GetOrAdd(follower.Url, static _ => new ConcurrentStack<BatchFrames>());
        while (idle.TryPop(out var kept))
        {
            try
            {
                return await ExchangeAsync(kept, idle, follower, batch, cancellation);
            }
            catch (IOException) when (!kept.HasAnswerBegun)
            {
                // The follower closed it while it was idle, as one does that was started again. Entries may come twice; followers know them then.
            }
        }

        return await ExchangeAsync(await OpenAsync(follower, cancellation), idle, follower, batch, cancellation);
    }

    private async Task<ReplicateAnswer[]> ExchangeAsync(
        BatchFrames connection, ConcurrentStack<BatchFrames> idle, Peer follower, IReadOnlyList<ReplicateMessage> batch, CancellationToken cancellation)
    {
        var inStep = false;
        try
        {
            await connection.WriteAsync(FrameKind.Batch, output => BatchCodec.WriteMessages(output, batch), cancellation);
            var (kind, content) = await connection.ReadAsync(cancellation);
            if (content is not { } bytes) throw new IOException("The connection ended without an answer.");
            inStep = true;
            if (kind == FrameKind.Batch) return BatchCodec.ReadAnswers(bytes.Span);
            throw new TransportException(
                kind == FrameKind.StorageFailure ? TransportFailure.Storage : TransportFailure.Error, $"{follower.Id} at {follower.Url}: {Encoding.UTF8.GetString(bytes.Span)}");
        }
        finally
        {
            // One that a request was given up on would answer the next request with what belongs to this one.
            if (inStep && !_disposed) idle.Push(connection);
            else connection.Dispose();
        }
    }

    private async Task<BatchFrames> OpenAsync(Peer follower, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(follower.Url + Path));
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new(BatchFrames.Protocol));
        var response = await http.SendAsync(request, cancellation);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols) return new BatchFrames(await response.Content.ReadAsStreamAsync(cancellation));
        using (response) throw await ErrorAsync(follower, response, cancellation);
    }

    private static async Task<TransportException> ErrorAsync(Peer follower, HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        var reason = text.Length <= 300 ? text : text[..300];
        var failure = response.Headers.Contains(StorageHeader) ? TransportFailure.Storage : TransportFailure.Error;
        return new TransportException(failure, $"{follower.Id} at {follower.Url} answered {(int)response.StatusCode}: {reason}");
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (var connections in _idle.Values)
        {
            while (connections.TryPop(out var connection)) connection.Dispose();
        }
    }
}
