using System.Globalization;
using KvLab.Core.Control;
using KvLab.Core.Network;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;

namespace KvLab.Tests.Scenarios;

/// <summary>Plays scenarios in a <see cref="VirtualWorld"/>: Core's own leader and followers in memory, in virtual time.</summary>
public sealed class LabStage(int seed) : IClusterControl
{
    private readonly VirtualWorld _world = new(seed);
    private LabCluster? _cluster;
    private int _told;

    private LabCluster Cluster => _cluster ?? throw new ArgumentException("The first command must be: cluster followers=N quorum=W");

    public IReadOnlyList<string> Play(Command command)
    {
        var said = command.Name switch
        {
            "cluster" => Begin(command),
            "set" => Set(command),
            "write" => Write(command),
            "send" => Send(command),
            "wait" => Wait(command),
            "down" => Switch(command, down: true),
            "up" => Switch(command, down: false),
            "restart" => RestartLeader(command),
            "read" => Read(command),
            "compare" => Compare(),
            _ => throw new ArgumentException($"{command.Name} is an unknown command; the commands are cluster, set, write, send, wait, down, up, restart, read, compare."),
        };
        var trace = TraceText.Of(Cluster.Log.Moments.Skip(_told));
        _told = Cluster.Log.Moments.Count;
        return [.. trace, .. said];
    }

    private string[] Begin(Command command)
    {
        var followers = Int(command.Options.GetValueOrDefault("followers", "5"));
        var settings = SettingsOf(command, except: "followers").ApplyTo(new LiveSettings { MinDelayMs = 0, MaxDelayMs = 0 });
        _cluster = new LabCluster(_world, followers, settings, new LabParts { Leader = new LeaderOptions { NaiveWindow = TimeSpan.Zero } });
        _told = 0;
        return [];
    }

    private string[] Set(Command command) =>
        [.. Cluster.Leader.Change(SettingsOf(command)).Select(e => $"error: {e.Message}")];

    private static LiveSettingsPatch SettingsOf(Command command, string? except = null)
    {
        var patch = new LiveSettingsPatch();
        foreach (var (name, value) in command.Options.Where(o => o.Key != except))
        {
            patch = name switch
            {
                "quorum" => patch with { WriteQuorum = Int(value) },
                "deadline" => patch with { ReplicationTimeoutMs = Int(value) },
                "seed" => patch with { Seed = Int(value) },
                "delay" => patch with { MinDelayMs = Ms(value.Split("..")[0]), MaxDelayMs = Ms(value.Split("..")[^1]) },
                "mode" => patch with { Versioning = Enum.Parse<VersioningMode>(value, ignoreCase: true) },
                "delivery" => patch with { Delivery = Enum.Parse<Delivery>(value, ignoreCase: true) },
                _ => throw new ArgumentException($"{name} is an unknown setting; the settings are quorum, delay, deadline, seed, mode, delivery."),
            };
        }

        return patch;
    }

    private string[] Write(Command command)
    {
        var (key, value) = Assignment(command, "delays");
        Dictionary<string, double>? delaysMs = null;
        if (command.Options.TryGetValue("delays", out var list))
        {
            var delays = list.Split(',');
            if (delays.Length != Cluster.Followers.Count) throw new ArgumentException($"delays must name {Cluster.Followers.Count} numbers, one per follower.");
            delaysMs = delays.Index().ToDictionary(d => Cluster.Followers[d.Index].Peer.Id, d => Ms(d.Item));
        }

        Cluster.StartWrite(key, value, delaysMs);
        return [];
    }

    private string[] Send(Command command)
    {
        var follower = Follower(command);
        var (key, value) = Assignment(command, "version", "epoch");
        var version = new EntryVersion(Int(command.Options.GetValueOrDefault("epoch", "1")), Int(command.Options.GetValueOrDefault("version", "1")));
        var message = new ReplicateMessage(key, JsonText.Of(value), version, 0, "a student", Cluster.Leader.Settings.Versioning);
        var answer = _world.Run(() => follower.Node.ReceiveAsync(message).AsTask());
        return [$"{follower.Peer.Id} answers {answer.Outcome.ToString().ToLowerInvariant()}{(answer.Held.IsNone ? "" : $", it holds {answer.Held}")}"];
    }

    private string[] Wait(Command command)
    {
        if (command.Words is ["until", "quiet"]) _world.RunUntil(() => Cluster.Leader.Status.Quiescent);
        else if (command.Words.Count == 2 && command.Words[1] == "ms") _world.Advance(Ms(command.Words[0]));
        else throw new ArgumentException("wait needs a time or a condition: wait 30 ms, or wait until quiet");
        return [];
    }

    private string[] Switch(Command command, bool down)
    {
        Cluster.Wire.SetDown(Follower(command).Peer, down);
        return [];
    }

    private string[] RestartLeader(Command command)
    {
        if (command.Words is not (["leader"] or ["leader", "forgetful"])) throw new ArgumentException("restart needs: restart leader, or restart leader forgetful");
        var settings = Cluster.Leader.Settings;
        _world.Run(() => Cluster.Leader.StopAsync(TimeSpan.Zero));
        Cluster.ReplaceLeader(settings);
        if (!command.Words.Contains("forgetful")) _world.Run(() => Cluster.Leader.RecoverAsync([.. Cluster.Followers.Select(f => f.Dump())]));
        return [];
    }

    private string[] Read(Command command)
    {
        if (command.Words is not [var key]) throw new ArgumentException("read needs a key: read k");
        return [.. Cluster.Followers.Select(f => (f.Peer.Id, f.Store)).Prepend(("leader", Cluster.LeaderStore)).Select(n =>
            LabCluster.Entries(n.Item2).TryGetValue(key, out var entry) ? $"{n.Item1} holds {entry.Value.ToString().Trim('"')} ({entry.Version})" : $"{n.Item1} holds nothing")];
    }

    private string[] Compare()
    {
        var report = Cluster.Compare();
        return
        [
            report.Note,
            .. report.Followers.SelectMany(f => f.Differences.Select(d => $"{f.Id} {d.Key} {d.Kind.ToString().ToLowerInvariant()}: {d.Follower} beside {d.Leader}")),
        ];
    }

    private LabFollower Follower(Command command) =>
        Cluster.Followers.FirstOrDefault(f => command.Words.Contains(f.Peer.Id))
        ?? throw new ArgumentException($"{command.Name} needs a follower: {string.Join(", ", Cluster.Followers.Select(f => f.Peer.Id))}.");

    private static (string Key, string Value) Assignment(Command command, params string[] others)
    {
        var pairs = command.Options.Where(o => !others.Contains(o.Key)).ToList();
        return pairs is [var (name, value)] ? (name, value) : throw new ArgumentException($"{command.Name} needs one key=value beside {string.Join(", ", others)}.");
    }

    private static int Int(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new ArgumentException($"{text} is no whole number.");

    private static double Ms(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new ArgumentException($"{text} is no number.");
}
