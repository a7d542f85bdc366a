using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using KvLab.Core.Network;
using KvLab.Nodes.Endpoints;

namespace KvLab.Nodes.Transport;

/// <summary>Carries batches to <c>POST /internal/replicate</c> of real followers.</summary>
public sealed class HttpReplicaTransport(ClusterHttp http) : IReplicaTransport
{
    public const string Path = "/internal/replicate";

    private static readonly MediaTypeHeaderValue BatchType = new(BatchCodec.ContentType);
    private readonly ConcurrentDictionary<string, Uri> _addresses = new();

    public async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
        Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        try
        {
            using var request = Request(follower, batch);
            using var response = await http.SendAsync(request, deadline.Token);
            if (response.StatusCode != HttpStatusCode.OK) throw await ErrorAsync(follower, response, deadline.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(deadline.Token);
            var answers = BatchCodec.ReadAnswers(bytes);
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

    private HttpRequestMessage Request(Peer follower, IReadOnlyList<ReplicateMessage> batch)
    {
        var buffer = new ArrayBufferWriter<byte>(64 + 128 * batch.Count);
        BatchCodec.WriteMessages(buffer, batch);
        var content = new ReadOnlyMemoryContent(buffer.WrittenMemory);
        content.Headers.ContentType = BatchType;
        var address = _addresses.GetOrAdd(follower.Url, static url => new Uri(url + Path));
        return new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
    }

    private static async Task<TransportException> ErrorAsync(Peer follower, HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        var reason = text.Length <= 300 ? text : text[..300];
        var failure = response.Headers.Contains(ProblemDetails.StorageHeader) ? TransportFailure.Storage : TransportFailure.Error;
        return new TransportException(failure, $"{follower.Id} at {follower.Url} answered {(int)response.StatusCode}: {reason}");
    }
}
