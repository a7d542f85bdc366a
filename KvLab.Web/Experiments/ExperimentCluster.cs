using System.Diagnostics;
using KvLab.Core.Analysis;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments;
using KvLab.Core.Observation;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Web.Commands;
using KvLab.Web.Leases;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Problems;

namespace KvLab.Web.Experiments;

/// <summary>The real nodes, as an experiment sees them: everything goes through the same commands as a button or a script.</summary>
internal sealed partial class ExperimentCluster(
    IClusterCommands commands, NodeDirectory directory, NodeClient client, StorageServers servers, EventTap tap, ExclusiveLease lease, TimeProvider time) : IExperimentCluster
{
    private NodeAddress Leader => directory.Leader ?? throw new ExperimentException("No leader is known; an experiment needs one that runs.");

    public Task<IReadOnlyList<string>> FollowersAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([.. directory.Followers.Select(f => f.Id).Order(NaturalOrder.Instance)]);

    public Task<LiveSettings> SettingsAsync(CancellationToken cancellation) => Guard(() => client.GetConfigAsync(Leader, cancellation));

    public Task<LiveSettings> ApplyAsync(LiveSettings settings, bool restartSchedule, CancellationToken cancellation) =>
        Guard(() => commands.ChangeSettingsAsync(LiveSettingsPatch.Of(settings) with { RestartSchedule = restartSchedule ? true : null }, cancellation));

    public async Task SetFollowersAsync(int followers, CancellationToken cancellation)
    {
        if (!commands.Supervises)
            throw new ExperimentException("This dashboard did not start the nodes, so it cannot change the number of followers; leave out the sweep over followers.");
        while (directory.Followers.Count < followers) await Guard(() => commands.AddFollowerAsync(cancellation));
        while (directory.Followers.Count > followers)
        {
            var last = directory.Followers.Select(f => f.Id).Order(NaturalOrder.Instance).Last();
            await Guard(async () =>
            {
                await commands.RemoveFollowerAsync(last, cancellation);
                return true;
            });
        }
    }

    public Task ResetAsync(CancellationToken cancellation) => Guard(async () =>
    {
        await commands.ResetAsync(cancellation);
        return true;
    });

    public async Task<WriteObservation> WriteAsync(string key, string value, CancellationToken cancellation)
    {
        var sent = Stopwatch.GetTimestamp();
        var answer = await Guard(() => commands.WriteAsync(key, JsonText.Of(value), cancellation));
        return new WriteObservation(answer.Version, answer.Status == WriteStatus.Success, answer.Acks, answer.ElapsedMs, Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
    }

    public async Task<bool> IsQuiescentAsync(CancellationToken cancellation) =>
        (await Guard(() => client.HealthAsync(Leader, cancellation))).IsQuiescent;

    public Task<ConvergenceReport> CompareAsync(CancellationToken cancellation) => Guard(() => commands.CheckConvergenceAsync(cancellation));

    public IReadOnlyList<string> TakeDisturbances() => lease.Mine?.TakeNew() ?? [];

    public IDeliveryRecording RecordDeliveries() => new DeliveryRecorder(tap, time);

    private static async Task<T> Guard<T>(Func<Task<T>> command)
    {
        try
        {
            return await command();
        }
        catch (CommandException failure)
        {
            throw new ExperimentException(failure.Message, failure);
        }
    }
}
