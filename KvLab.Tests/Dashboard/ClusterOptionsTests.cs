using KvLab.Web.Options;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class ClusterOptionsTests
{
    private static (ClusterOptions? Options, string[] Fields, string Words) Read(params (string Name, string Value)[] values)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Name, (string?)v.Value))).Build();
        var options = ClusterOptions.Read(configuration, out var errors);
        return (options, [.. errors.Select(e => e.Field)], string.Join(" ", errors.Select(e => e.Message)));
    }

    [Fact]
    public void Without_a_word_it_supervises_one_leader_at_8000_and_five_followers_with_a_token_of_its_own()
    {
        var options = Read().Options!;
        Assert.Equal((ClusterMode.Supervised, 5, 8000, 3), (options.Mode, options.Followers, options.BasePort, options.Settings.WriteQuorum));
        Assert.Equal(32, options.Token!.Length);
        Assert.NotEqual(options.Token, Read().Options!.Token);
    }

    [Theory]
    [InlineData("WRITE_QUORUM", "5")]
    [InlineData("MIN_DELAY_MS", "2.5")]
    [InlineData("MAX_DELAY_MS", "20")]
    [InlineData("DELAY_DISTRIBUTION", "pareto")]
    [InlineData("DELAY_SEED", "7")]
    [InlineData("REPLICATION_TIMEOUT_MS", "99")]
    [InlineData("VERSIONING", "naive")]
    [InlineData("DELIVERY", "once")]
    [InlineData("ON_SHORTFALL", "error")]
    [InlineData("QUORUM_COUNTS_LEADER", "true")]
    [InlineData("HINT_WINDOW_MS", "1")]
    [InlineData("HINT_LIMIT", "2")]
    [InlineData("REJOIN_SYNC", "full")]
    [InlineData("ANTI_ENTROPY_MS", "0")]
    public void A_setting_by_its_name_in_the_environment_is_the_labs(string name, string value)
    {
        var own = EnvironmentNames.Taken.Single(t => t.Value == name).Key;
        var settings = Read((name, value)).Options!.Settings;
        Assert.Equal(Read(("Cluster:" + own, value)).Options!.Settings, settings);
        Assert.NotEqual(Read().Options!.Settings, settings);
        Assert.NotEqual(settings, Read(("Cluster:" + own, "x"), (name, value)).Options?.Settings);
    }

    [Fact]
    public void Wrong_settings_of_the_environment_are_all_named_as_they_were_set()
    {
        var (options, fields, words) = Read(("WRITE_QUORUM", "all"), ("MIN_DELAY_MS", "5ms"), ("STORAGE", "tape"), ("LAB", "a.b"), ("CLUSTER_TOKEN", "two words"), ("EVENT_BUFFER", "1"));
        Assert.Null(options);
        Assert.Equal(["CLUSTER_TOKEN", "EVENT_BUFFER", "LAB", "MIN_DELAY_MS", "STORAGE", "WRITE_QUORUM"], fields.Order(StringComparer.Ordinal));
        Assert.Contains("WRITE_QUORUM must be a whole number from 0 to 5 (the number of followers), but is \"all\"", words, StringComparison.Ordinal);
        Assert.Contains("from 0 to 4 (the followers and the leader), but is", Read(("WRITE_QUORUM", "all"), ("QUORUM_COUNTS_LEADER", "true"), ("Cluster:Followers", "3")).Words, StringComparison.Ordinal);
        Assert.Contains("MIN_DELAY_MS (5) must not be greater than MAX_DELAY_MS (1)", Read(("MIN_DELAY_MS", "5"), ("MAX_DELAY_MS", "1")).Words, StringComparison.Ordinal);
        Assert.Equal(["WRITE_QUORUM"], Read(("WRITE_QUORUM", "6")).Fields);
    }

    [Theory]
    [InlineData("WRITE_QUORUM", "0 to 5 (the number of followers)")]
    [InlineData("REPLICATION_TIMEOUT_MS", "1 to 600000")]
    [InlineData("HINT_WINDOW_MS", "0 to 3600000")]
    [InlineData("HINT_LIMIT", "0 to 100000")]
    [InlineData("ANTI_ENTROPY_MS", "0 to 3600000")]
    public void What_is_no_number_and_what_is_too_large_a_one_is_told_the_range_that_holds_here(string name, string range)
    {
        foreach (var wrong in (string[])["all", "-1", "2147483647", "99999999999"])
            Assert.Equal($"{name} must be a whole number from {range}, but is \"{wrong}\".", Read((name, wrong)).Words);
    }

    [Theory]
    [InlineData("WRITE_QUORM", "WRITE_QUORUM")]
    [InlineData("WriteQourum", "WRITE_QUORUM")]
    [InlineData("MAX_DELAYMS", "MAX_DELAY_MS")]
    [InlineData("Cluster_Followers", "Cluster__Followers")]
    [InlineData("Cluster.BasePort", "Cluster__BasePort")]
    [InlineData("Clusters:Followers", "Cluster?")]
    [InlineData("FOLLOWERS", "Cluster__Followers")]
    [InlineData("Cluster:StorageOf:follower-16", "follower-15")]
    public void A_name_that_is_nearly_one_stops_the_start(string name, string meant) =>
        Assert.Contains(meant, Read((name, name.StartsWith("Cluster:Sto", StringComparison.Ordinal) ? "memory" : "3")).Words, StringComparison.Ordinal);

    [Fact]
    public void What_belongs_to_one_node_is_ignored_and_said()
    {
        var read = Read(("ROLE", "follower"), ("NODE_ID", "x"), ("PORT", "9999"), ("HOST", "0.0.0.0"), ("FOLLOWERS", "http://a:1"), ("DASHBOARD_URL", "http://a:1"), ("NODE_ENV", "test"));
        Assert.Equal(["ROLE", "NODE_ID", "FOLLOWERS", "DASHBOARD_URL"], read.Options!.Ignored);
        Assert.Equal(["KVLAB_HOME"], Read(("KVLAB_HOME", "/x"), ("KVLAB_DATA", "/y")).Options!.Ignored);
    }

    [Fact]
    public void Where_others_start_the_nodes_what_is_set_for_nodes_is_ignored_and_said_whatever_it_is()
    {
        var read = Read(("Cluster:Mode", "External"), ("WRITE_QUORUM", "all"), ("MAX_DELAY_MS", "x"), ("STORAGE", "tape"), ("LAB", "a.b"), ("EVENT_BUFFER", "1"), ("CLUSTER_TOKEN", "s"),
            ("Cluster:Followers", "99"), ("Cluster:BasePort", "no"), ("Cluster:Distribution", "normal"), ("Cluster:StorageOf:follower-99", "tape"));
        Assert.Equal("", read.Words);
        Assert.Equal(["Cluster:BasePort", "Cluster:Distribution", "Cluster:Followers", "Cluster:StorageOf:follower-99", "EVENT_BUFFER", "LAB", "MAX_DELAY_MS", "STORAGE", "WRITE_QUORUM"],
            read.Options!.Ignored.Order(StringComparer.Ordinal));
        Assert.Equal(["Cluster:Token"], Read(("Cluster:Mode", "External"), ("Cluster:Token", "two words")).Fields);
    }

    [Fact]
    public void A_storage_for_a_follower_that_is_not_there_yet_is_said()
    {
        Assert.Equal(["Cluster:StorageOf:follower-9 is set, but this lab starts with 5 followers; it takes effect when follower-9 is added."], Read(("Cluster:StorageOf:follower-9", "memory")).Options!.Notes);
        Assert.Empty(Read(("Cluster:StorageOf:follower-9", "memory"), ("Cluster:Followers", "9")).Options!.Notes);
    }

    [Fact]
    public void An_empty_variable_is_none_and_no_record_prints_a_secret()
    {
        Assert.Equal(3, Read(("WRITE_QUORUM", ""), ("CLUSTER_TOKEN", "")).Options!.Settings.WriteQuorum);
        Assert.DoesNotContain("hunter2", Read(("CLUSTER_TOKEN", "hunter2"), ("STORAGE", "redis:localhost,password=hunter2")).Options!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void With_fewer_followers_than_three_the_quorum_begins_at_all_of_them() =>
        Assert.Equal(2, Read(("Cluster:Followers", "2")).Options!.Settings.WriteQuorum);

    [Fact]
    public void External_mode_has_no_token_unless_it_is_given()
    {
        Assert.Null(Read(("Cluster:Mode", "External")).Options!.Token);
        Assert.Equal("s3cret", Read(("Cluster:Mode", "external"), ("CLUSTER_TOKEN", "s3cret")).Options!.Token);
    }

    [Fact]
    public void Storage_is_chosen_for_all_nodes_and_for_single_ones()
    {
        Assert.Equal("memory", Read().Options!.Storage.Of("leader"));
        var storage = Read(("Cluster:Storage", "sqlite:/data/"), ("Cluster:StorageOf:follower-2", "redis:localhost,password=hunter2")).Options!.Storage;
        Assert.Equal(("sqlite:/data/", "redis:localhost,password=hunter2"), (storage.Of("leader"), storage.Of("follower-2")));
        Assert.DoesNotContain("hunter2", storage.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lab_may_have_a_name_beside_other_labs()
    {
        Assert.Equal("", Read().Options!.Storage.Lab);
        Assert.Equal("mine", Read(("LAB", "mine")).Options!.Storage.Lab);
        Assert.Equal("yours", Read(("Cluster:Lab", "yours"), ("LAB", "mine")).Options!.Storage.Lab);
    }

    [Theory]
    [InlineData("Cluster:Storage", "tape")]
    [InlineData("Cluster:Storage", "sqlite:")]
    [InlineData("Cluster:Storage", "sqlite:/data/one.db")]
    [InlineData("Cluster:StorageOf:leader", "memory:x")]
    [InlineData("Cluster:Lab", "a.b")]
    public void A_storage_that_no_node_would_take_is_named(string name, string value) => Assert.Equal([name], Read((name, value)).Fields);

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var (options, fields, words) = Read(
            ("Cluster:Mode", "Both"), ("Cluster:Followers", "16"), ("Cluster:BasePort", "-1"), ("Cluster:Token", "two words"),
            ("Cluster:MinDelayMs", "abc"), ("Cluster:Folowers", "3"));
        Assert.Null(options);
        Assert.Equal(["Cluster:Mode", "Cluster:Followers", "Cluster:MinDelayMs", "Cluster:Token", "Cluster:BasePort", "Cluster:Folowers"], fields);
        Assert.Contains("Cluster:Followers must be a whole number from 1 to 15, but is \"16\".", words);
        Assert.Contains("Cluster:Mode must be Supervised or External, but is \"Both\".", words);
    }

    [Theory]
    [InlineData("Cluster:WriteQuorum", "6")]
    [InlineData("Cluster:MaxDelayMs", "60001")]
    [InlineData("Cluster:MinDelayMs", "2000")]
    [InlineData("Cluster:BasePort", "65531")]
    [InlineData("Cluster:Followers", "0")]
    [InlineData("Cluster:ReplicationTimeoutMs", "0")]
    [InlineData("Cluster:Distribution", "normal")]
    public void A_value_out_of_range_is_named(string name, string value)
    {
        var (options, fields, _) = Read((name, value));
        Assert.Null(options);
        Assert.Contains(name, fields, StringComparer.OrdinalIgnoreCase);
    }
}
