using KvLab.Web.NodeCalls;

namespace KvLab.Web.Supervision;

/// <summary>A node of ours: its address is for ever, its process comes and goes.</summary>
internal sealed class SupervisedNode(NodeAddress address)
{
    public NodeAddress Address { get; } = address;
    public string Id => Address.Id;

    /// <summary>The latest process; null before the first.</summary>
    public NodeProcess? Process { get; set; }

    /// <summary>Completes when the end of the latest process has been reported.</summary>
    public Task Watch { get; set; } = Task.CompletedTask;

    public bool IsAlive => Process is { Ended.IsCompleted: false };
}
