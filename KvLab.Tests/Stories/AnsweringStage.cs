using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Scenarios;
using KvLab.Core.Settings;
using KvLab.Core.Storage;

namespace KvLab.Tests.Stories;

/// <summary>Gives prepared answers to writes, and can do nothing else.</summary>
internal sealed class AnsweringStage(IReadOnlyList<WriteSeen> answers) : IClusterControl
{
    private int _next;

    public string Name => "prepared answers";
    public TimeProvider Time => TimeProvider.System;
    public IReadOnlyList<ClusterNode> Nodes => [];

    public Task<WriteSeen> WriteAsync(string key, string value, IReadOnlyDictionary<string, double>? delaysMs, CancellationToken cancellation) =>
        Task.FromResult(answers[_next++]);

    public Task BeginAsync(LiveSettingsPatch settings, CancellationToken cancellation) => Task.CompletedTask;
    public Task EndAsync(CancellationToken cancellation) => Task.CompletedTask;
    public Task ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation) => throw new ControlException("Nothing can be done here.");
    public Task<ReadSeen> ReadAsync(string key, string? node, int r, CancellationToken cancellation) => throw new ControlException("Nobody reads here.");
    public Task ActAsync(NodeAct act, string node, double amountMs, CancellationToken cancellation) => throw new ControlException("Nothing can be done here.");
    public Task StartAsync(string node, bool recovers, CancellationToken cancellation) => throw new ControlException("Nothing can be done here.");
    public Task SetLinkAsync(string follower, LinkFaults faults, CancellationToken cancellation) => throw new ControlException("Nothing can be done here.");
    public Task PartitionAsync(IReadOnlyList<string> otherSide, CancellationToken cancellation) => throw new ControlException("Nothing can be done here.");
    public Task HealAsync(string? follower, CancellationToken cancellation) => throw new ControlException("Nothing can be done here.");
    public Task<string> FailOverAsync(string? to, CancellationToken cancellation) => throw new ControlException("Nothing can be done here.");
    public Task<bool> IsQuietAsync(CancellationToken cancellation) => Task.FromResult(true);
    public Task<ReplicaDump> DumpAsync(string node, CancellationToken cancellation) => throw new ControlException("Nothing can be done here.");
    public long CountOf(EventKind kind, string? node) => 0;
}
