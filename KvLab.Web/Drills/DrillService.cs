using System.Diagnostics;
using KvLab.Core.Configuration;
using KvLab.Core.Durability;
using KvLab.Core.Failover;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Web.Commands;
using KvLab.Web.Failover;
using KvLab.Web.Leases;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;
using KvLab.Web.Runs;

namespace KvLab.Web.Drills;

/// <summary>The durability drill over the same commands that a person has.</summary>
internal sealed class DrillService(
    IClusterCommands commands, IFailover failover, IClusterState state, SettingsInForce inForce, IDurabilityLookup ledger, NodeDirectory directory, NodeClient client,
    RunBook<Drill> runs, TimeProvider time) : IDrills
{
    private const int Writes = 3;
    private const int KeptReports = 10;
    private const int FewestFollowers = 2;

    // The followers that W asks for confirm one after another, the others much later than the drill takes.
    private const double StepMs = 60;
    private const double SlowMs = 4000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private int _number;

    public string? Doing => runs.Latest?.Doing;
    public IReadOnlyList<DrillReport> History => [.. runs.All.Select(d => d.Report).OfType<DrillReport>().Take(KeptReports)];
    public event Action? Changed;

    public async Task<DrillReport> DurabilityAsync(int writeQuorum, CancellationToken cancellation = default)
    {
        var drill = runs.Start(new RunName($"A durability drill with W = {writeQuorum}"), turn => First(turn, writeQuorum), turn => PlayAsync(turn, writeQuorum));
        // Whoever asked for it has gone: nobody would read the report.
        await using var gone = cancellation.Register(() => runs.TryCancel(drill.Id));
        try
        {
            return (await runs.WhenDoneAsync(drill.Id)).Report!;
        }
        finally
        {
            Changed?.Invoke();
        }
    }

    /// <exception cref="CommandException">400 or 409: it cannot begin.</exception>
    private Drill First(RunTurn<Drill> turn, int writeQuorum)
    {
        RequireWhole(writeQuorum);
        return new Drill(turn.Id);
    }

    private async Task<Drill> PlayAsync(RunTurn<Drill> turn, int writeQuorum)
    {
        try
        {
            return new Drill(turn.Id, Report: await PlayAsync(turn.Held!, writeQuorum, Say, turn.Cancellation));
        }
        catch (OperationCanceledException) when (turn.Held!.TakenOver)
        {
            throw Conflict("Somebody took the cluster over, which cancelled the drill.");
        }
        catch (TimeoutException late)
        {
            throw new CommandException(StatusCodes.Status504GatewayTimeout, $"The drill was stopped, because this did not finish within {Patience.TotalSeconds:0} s: {Doing}", inner: late);
        }
        finally
        {
            Say(null);
        }

        void Say(string? sentence)
        {
            turn.Tell(new Drill(turn.Id, sentence));
            Changed?.Invoke();
        }
    }

    private async Task<DrillReport> PlayAsync(HeldLease held, int writeQuorum, Action<string?> say, CancellationToken cancellation)
    {
        var (leader, followers) = RequireWhole(writeQuorum);
        var settings = inForce.Now ?? new LiveSettings();
        var policy = failover.Policy;
        // Somebody else's promotion in between would be another lesson.
        failover.Change(policy with { Mode = FailoverMode.Manual });
        try
        {
            return await RunAsync(leader, followers, writeQuorum, say, cancellation) with { Disturbances = held.Disturbances };
        }
        finally
        {
            failover.Change(policy);
            // A drill that is given up leaves a whole cluster all the same.
            await RestoreAsync(leader.Id, followers[0], settings, say, CancellationToken.None);
        }
    }

    private (NodeAddress Leader, string[] Followers) RequireWhole(int writeQuorum)
    {
        var now = state.Current;
        if (!commands.Supervises) throw Conflict("This dashboard did not start the nodes, so it cannot kill them. Kill the leader and a follower where they run, and read the ledger here.");
        if (now.Naive) throw Conflict("In naive mode a late older write can overwrite a newer one, so a quorum promises nothing. Switch it off first.");
        string[] followers = [.. now.Followers.Select(f => f.Id)];
        var broken = now.Nodes.Where(n => AvailabilityRule.WhyNot(n, now) is not null).Select(n => n.Id).ToArray();
        if (now.Leader is null || directory.Leader is not { } leader || followers.Length < FewestFollowers || broken.Length > 0)
        {
            throw Conflict($"The drill needs a leader and {FewestFollowers} followers or more, all of them healthy"
                + $"{(broken.Length > 0 ? $"; these are not: {string.Join(", ", broken)}" : "")}. Start, thaw and heal them first.");
        }
        if (writeQuorum >= 1 && writeQuorum <= followers.Length) return (leader, followers);
        var wrong = new FieldError("writeQuorum", $"writeQuorum must be from 1 to {followers.Length} (the number of followers), but is {writeQuorum}.");
        throw new CommandException(StatusCodes.Status400BadRequest, wrong.Message, [wrong]);
    }

    private async Task<DrillReport> RunAsync(NodeAddress leader, string[] followers, int w, Action<string?> say, CancellationToken cancellation)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var steps = new List<string>();
        var first = followers[0];

        Step($"W = {w} of {followers.Length}; {NodeWords.Name(first, leads: false)} is fast, {(w < followers.Length ? "followers beyond W get the writes seconds later" : "the others follow at once")}.");
        await commands.ChangeSettingsAsync(new LiveSettingsPatch { WriteQuorum = w, QuorumCountsLeader = false }, cancellation);
        var versions = await WriteAsync(leader, followers, w, cancellation);

        Step($"{versions.Count} writes were answered with success. {Capital(NodeWords.Leading(leader.Id))} and {NodeWords.Name(first, leads: false)}, which acknowledged first, are killed.");
        // Whoever gives up in between must see who is down, or they stay down.
        await Task.WhenAll(commands.KillNodeAsync(leader.Id, CancellationToken.None), commands.KillNodeAsync(first, CancellationToken.None));
        await state.WhenAsync(s => IsDown(s, leader.Id) && IsDown(s, first), Patience, time, CancellationToken.None);

        Step("There is no leader. The most up-to-date follower is promoted.");
        var reign = await failover.FailOverAsync(null, force: true, cancellation: cancellation);
        await state.WhenAsync(s => s.Reign >= reign.Epoch, Patience, time, cancellation);
        Step($"{reign.To} leads epoch {reign.Epoch}. Checking which of the writes are still held.");

        var rows = versions.Select(v => ledger.Find(v)).OfType<DurabilityRow>().ToArray();
        var lost = rows.Count(r => r.State == DurabilityState.Lost);
        return new DrillReport(w, followers.Length, [leader.Id, first], reign.To, rows, lost, Verdict(w, rows.Length, lost), steps,
            Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds, time.GetUtcNow());

        void Step(string sentence)
        {
            steps.Add(sentence);
            say(sentence);
        }
    }

    /// <returns>The versions, once the ledger knows who confirmed each.</returns>
    private async Task<IReadOnlyList<EntryVersion>> WriteAsync(NodeAddress leader, string[] followers, int w, CancellationToken cancellation)
    {
        var number = Interlocked.Increment(ref _number);
        var slowMs = Math.Min(SlowMs, 0.8 * (state.Current.Settings?.ReplicationTimeoutMs ?? SlowMs));
        var delaysMs = followers.Index().ToDictionary(f => f.Item, f => f.Index < w ? f.Index * StepMs : slowMs);
        var answers = await Task.WhenAll(Enumerable.Range(1, Writes).Select(i =>
            client.WriteAsync(leader, new WriteRequest($"drill-{number}-{i}", JsonText.Of($"promise {i}"), delaysMs), Patience, cancellation)));
        if (answers.FirstOrDefault(a => a.Status != WriteStatus.Success) is { } partial)
            throw Conflict($"{state.Current.Labels.Version(partial.Epoch, partial.Version)} of {partial.Key} was only a partial success, so nothing was promised. Check that all followers answer, then retry.");
        IReadOnlyList<EntryVersion> versions = [.. answers.Select(a => new EntryVersion(a.Epoch, a.Version))];
        await state.WhenAsync(s => versions.All(v => s.Durability.Latest.Any(r => r.Write.Version == v)), Patience, time, cancellation);
        return versions;
    }

    private async Task RestoreAsync(string leader, string follower, LiveSettings settings, Action<string?> say, CancellationToken cancellation)
    {
        say("The killed nodes are restarted, and W is restored.");
        foreach (var node in new[] { leader, follower }.Where(n => IsDown(state.Current, n))) await commands.StartNodeAsync(node, cancellation);
        await state.WhenAsync(s => s.Nodes.All(n => n.State is NodeState.Running or NodeState.Crashed), Patience, time, cancellation);
        await commands.ChangeSettingsAsync(new LiveSettingsPatch { WriteQuorum = settings.WriteQuorum, QuorumCountsLeader = settings.QuorumCountsLeader }, cancellation);
        await state.WhenAsync(s => s.Settings?.WriteQuorum == settings.WriteQuorum, Patience, time, cancellation);
    }

    private static bool IsDown(ClusterSnapshot snapshot, string node) => snapshot.Nodes.Any(n => n.Id == node && n.State.IsDown());

    private static string Verdict(int w, int writes, int lost) => lost > 0
        ? $"{lost} of {Explain.Count(writes, "promise")} {(lost == 1 ? "was" : "were")} broken: with W = {w} a success needed the acks of {Explain.Count(w, "follower")}, and killing the leader and {(w == 1 ? "that one" : "one of those")} left no copy."
        : $"Every promise was kept: with W = {w}, at least {Explain.Count(w, "follower")} held each write when it was answered; one of them was killed with the leader, and at least {w - 1} still held it.";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static CommandException Conflict(string sentence) => new(StatusCodes.Status409Conflict, sentence);
}
