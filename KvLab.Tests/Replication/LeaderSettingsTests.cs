using KvLab.Core.Events;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

[Trait("Category", "Unit")]
public sealed class LeaderSettingsTests
{
    private readonly VirtualWorld _world = new(seed: 3);

    public static TheoryData<string, LiveSettingsPatch> Invalid => new()
    {
        { "writeQuorum", new LiveSettingsPatch { WriteQuorum = -1 } },
        { "writeQuorum", new LiveSettingsPatch { WriteQuorum = 6 } },
        { "minDelayMs", new LiveSettingsPatch { MinDelayMs = -0.001 } },
        { "minDelayMs", new LiveSettingsPatch { MinDelayMs = 60_000.1, MaxDelayMs = 60_000 } },
        { "minDelayMs", new LiveSettingsPatch { MinDelayMs = double.NaN } },
        { "minDelayMs", new LiveSettingsPatch { MinDelayMs = double.NegativeInfinity } },
        { "minDelayMs", new LiveSettingsPatch { MinDelayMs = 2, MaxDelayMs = 1 } },
        { "maxDelayMs", new LiveSettingsPatch { MaxDelayMs = 60_001 } },
        { "maxDelayMs", new LiveSettingsPatch { MaxDelayMs = -1 } },
        { "maxDelayMs", new LiveSettingsPatch { MaxDelayMs = double.NaN } },
        { "maxDelayMs", new LiveSettingsPatch { MaxDelayMs = double.PositiveInfinity } },
        { "distribution", new LiveSettingsPatch { Distribution = (DelayDistribution)99 } },
        { "replicationTimeoutMs", new LiveSettingsPatch { ReplicationTimeoutMs = 0 } },
        { "replicationTimeoutMs", new LiveSettingsPatch { ReplicationTimeoutMs = 600_001 } },
        { "versioning", new LiveSettingsPatch { Versioning = (VersioningMode)7 } },
        { "delivery", new LiveSettingsPatch { Delivery = (Delivery)7 } },
        { "onShortfall", new LiveSettingsPatch { OnShortfall = (OnShortfall)7 } },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void One_wrong_field_is_named_and_the_whole_patch_changes_nothing(string field, LiveSettingsPatch wrong)
    {
        var cluster = new LabCluster(_world, 5, new LiveSettings());
        var before = cluster.Leader.Settings;

        var errors = cluster.Leader.Change(wrong with { Seed = 4711 });

        Assert.Contains(errors, e => e.Field == field && e.Message.StartsWith(field, StringComparison.Ordinal));
        Assert.Same(before, cluster.Leader.Settings);
        Assert.Empty(cluster.Log.Of(EventKind.SettingsChanged));
    }

    [Fact]
    public void Every_wrong_field_is_named_at_once()
    {
        var cluster = new LabCluster(_world, 2, new LiveSettings { WriteQuorum = 1 });
        var errors = cluster.Leader.Change(new LiveSettingsPatch { WriteQuorum = 3, MaxDelayMs = -1, ReplicationTimeoutMs = 0 });
        Assert.Superset(new HashSet<string> { "writeQuorum", "maxDelayMs", "replicationTimeoutMs" }, errors.Select(e => e.Field).ToHashSet());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 60_000)]
    [InlineData(60_000, 60_000)]
    public void The_ends_of_every_range_are_valid(double minMs, double maxMs)
    {
        var cluster = new LabCluster(_world, 5, new LiveSettings());
        foreach (var w in new[] { 0, 5 })
        {
            foreach (var timeoutMs in new[] { 1, LiveSettings.LongestTimeoutMs })
            {
                foreach (var seed in new[] { long.MinValue, long.MaxValue })
                {
                    Assert.Empty(cluster.Leader.Change(new LiveSettingsPatch
                    {
                        WriteQuorum = w,
                        MinDelayMs = minMs,
                        MaxDelayMs = maxMs,
                        ReplicationTimeoutMs = timeoutMs,
                        Seed = seed,
                    }));
                }
            }
        }
    }

    [Fact]
    public void A_change_takes_effect_keeps_the_rest_and_is_reported_with_all_settings()
    {
        var cluster = new LabCluster(_world, 5, new LiveSettings { Seed = 5 });
        Assert.Empty(cluster.Leader.Change(new LiveSettingsPatch { WriteQuorum = 4, Distribution = DelayDistribution.Pareto }));

        var expected = new LiveSettings { Seed = 5, WriteQuorum = 4, Distribution = DelayDistribution.Pareto };
        Assert.Equal(expected, cluster.Leader.Settings);
        Assert.Equal(expected, Assert.Single(cluster.Log.Of(EventKind.SettingsChanged)).Settings);
    }

    [Fact]
    public void A_patch_of_all_settings_carries_them_over_one_to_one()
    {
        var settings = new LiveSettings
        {
            WriteQuorum = 1,
            MinDelayMs = 2,
            MaxDelayMs = 3,
            Distribution = DelayDistribution.Fixed,
            Seed = 4,
            ReplicationTimeoutMs = 5,
            Versioning = VersioningMode.Naive,
            Delivery = Delivery.Once,
            OnShortfall = OnShortfall.Error,
        };
        Assert.Equal(settings, LiveSettingsPatch.Of(settings).ApplyTo(new LiveSettings()));
        Assert.Equal(settings, new LiveSettingsPatch().ApplyTo(settings));
        Assert.Equal(typeof(LiveSettingsPatch).GetProperties().Length, typeof(LiveSettings).GetProperties().Length);
    }

    [Fact]
    public void A_leader_does_not_start_with_settings_that_do_not_fit()
    {
        var problem = Assert.Throws<ArgumentException>(() => new LabCluster(_world, 2, new LiveSettings { MaxDelayMs = -1 }));
        Assert.Contains("writeQuorum", problem.Message, StringComparison.Ordinal);
        Assert.Contains("maxDelayMs", problem.Message, StringComparison.Ordinal);
    }
}
