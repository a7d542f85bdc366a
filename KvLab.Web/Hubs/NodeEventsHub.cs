using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Web.Live;
using Microsoft.AspNetCore.SignalR;

namespace KvLab.Web.Hubs;

/// <summary>
/// Where nodes report. Calls of one connection run one at a time, so a method only validates, queues and acknowledges;
/// it waits where the reader is behind, which keeps the events in the node's own buffer.
/// </summary>
internal sealed class NodeEventsHub(TelemetryIntake intake, IngestQueue queue, NodeIntroductions introductions) : Hub
{
    private const string HelloKey = "hello";

    [HubMethodName(TelemetryContract.Hello)]
    public async Task<long> Hello(NodeHello hello)
    {
        TelemetryRules.Check(hello);
        introductions.Admit(hello);
        Context.Items[HelloKey] = hello;
        var highest = await intake.HelloAsync(hello, Context.ConnectionAborted);
        introductions.Joined(hello, Context.ConnectionId);
        return highest;
    }

    [HubMethodName(TelemetryContract.Report)]
    public Task<long> Report(EventBatch batch) => TakeAsync(batch, default);

    private async Task<long> TakeAsync(EventBatch batch, ReadOnlyMemory<byte> packed)
    {
        var hello = Context.Items[HelloKey] as NodeHello
            ?? throw new HubException($"Call {TelemetryContract.Hello} first: this connection has not said which node it is.");
        TelemetryRules.Check(batch, hello);
        try
        {
            return await intake.ReportAsync(batch, packed, Context.ConnectionAborted);
        }
        catch (OperationCanceledException) when (Context.ConnectionAborted.IsCancellationRequested)
        {
            // Nobody is left to hear the answer; the node sends again.
            return 0;
        }
    }

    [HubMethodName(TelemetryContract.ReportPacked)]
    public Task<long> ReportPacked(ReadOnlyMemory<byte> packed)
    {
        EventBatch batch;
        try
        {
            batch = EventCodec.Read(packed.Span);
        }
        catch (FormatException wrong)
        {
            throw new HubException(wrong.Message);
        }

        return TakeAsync(batch, packed);
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items[HelloKey] is NodeHello hello && introductions.Left(hello.Node, Context.ConnectionId))
            await queue.EnqueueAsync(new NodeDisconnected(hello.Node, hello.Incarnation), CancellationToken.None);
        await base.OnDisconnectedAsync(exception);
    }
}
