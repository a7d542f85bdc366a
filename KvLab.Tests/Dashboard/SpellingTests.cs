using KvLab.Core.Configuration;
using KvLab.Web.Options;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>A misspelt name stops the start, wherever it stands; what belongs to others does not.</summary>
[Trait("Category", "Unit")]
public sealed class SpellingTests
{
    private static FieldError[] Read(params string[] names)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(names.Select(name => KeyValuePair.Create(name, (string?)"3"))).Build();
        var errors = new FieldErrors();
        Spelling.Check(configuration, errors);
        return [.. errors.All];
    }

    private static FieldError[] ReadArguments(params string[] args)
    {
        var errors = new FieldErrors();
        CommandLine.Check(args, [], errors);
        return [.. errors.All];
    }

    [Theory]
    [InlineData("KVLAB_DTA", "KVLAB_DATA")]
    [InlineData("KVLABDATA", "KVLAB_DATA")]
    [InlineData("KVLAB:DATA", "KVLAB_DATA")]
    [InlineData("LAB_SECRET", "Lab__Secret")]
    [InlineData("LAB_SECRTE", "Lab__Secret")]
    [InlineData("LabSecret", "Lab__Secret")]
    [InlineData("Labs:Secret", "Lab__Secret")]
    [InlineData("LAB_PATHBAS", "Lab__PathBase")]
    [InlineData("STORAGE_REDIS", "Storage__Redis")]
    [InlineData("Storge:Foldr", "Storage__Folder")]
    [InlineData("Cluser:StorageOf:follower-1", "Did you mean Cluster?")]
    [InlineData("AllowdHosts", "ALLOWED_HOSTS")]
    [InlineData("WRITE_QOURUM", "WRITE_QUORUM")]
    [InlineData("Lab:Secrte", "Secret, PathBase, Proxies")]
    [InlineData("Lab:PathBas", "Secret, PathBase, Proxies")]
    [InlineData("Lab:Anything", "Secret, PathBase, Proxies")]
    [InlineData("Storage:Rediss", "Folder, Redis, Postgres")]
    [InlineData("Lab:Secret:Value", "Lab:Secret has nothing below it")]
    [InlineData("Cluster:Followers:Number", "Cluster:Followers has nothing below it")]
    [InlineData("Cluster:StorageOf", "Cluster:StorageOf:follower-1")]
    public void A_name_that_is_nearly_ours_or_stands_in_a_section_of_ours_is_named(string name, string meant)
    {
        var wrong = Assert.Single(Read(name));
        Assert.Contains(meant, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\"3\"", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_belongs_to_the_framework_or_to_other_programs_is_none_of_ours() => Assert.Empty(Read(
        "Logging:LogLevel:Default", "Kestrel:Endpoints:Here:Url", "Kestrel:Certificates:Default:Path", "AllowedHosts", "URLS", "HTTP_PORTS", "ENVIRONMENT", "LAB_HOME", "LAB_PROXY_URL", "STORAGE_ACCOUNT",
        "DB_SECRET", "JWT_SECRET", "WEB_SECRET", "APP_SECRET", "App:Secret", "CLUSTER_NAME", "STORAGE", "LAB", "HOME", "PATH", "ROOT", "KVLAB_DATA", "KVLAB_KILLS", "KVLAB_WRITE_GOLDENS", "NODE_ENV",
        "REDIS_URL", "POSTGRES_PASSWORD", "ConnectionStrings:Storage", "Lab:Secret", "Lab:PathBase", "Lab:Proxies", "Storage:Folder", "Storage:Redis", "Storage:Postgres", "Cluster:StorageOf:leader"));

    [Fact]
    public void Everything_is_said_at_once() =>
        Assert.Equal(["Lab:Secrte", "Storage:Rediss", "KVLAB_DTA", "LAB_SECRET"], Read("KVLAB_DTA", "LAB_SECRET", "Lab:Secrte", "Storage:Rediss").Select(e => e.Field));

    [Theory]
    [InlineData("--url", "http://127.0.0.1:1")]
    [InlineData("--Clster:Followers", "3")]
    [InlineData("--kvlab", "/tmp")]
    [InlineData("--verbose", "true")]
    [InlineData("/url=http://127.0.0.1:1", "--urls=x")]
    [InlineData("-urls", "x")]
    [InlineData("import", "--urls=x")]
    [InlineData("--PORT", "9000")]
    [InlineData("--host=0.0.0.0", "--urls=x")]
    [InlineData("--Cluster:Followers=3", "--urls")]
    public void On_the_command_line_everything_must_be_known(string first, string second)
    {
        var wrong = Assert.Single(ReadArguments(first, second));
        Assert.Contains(wrong.Field.TrimStart('-'), $"{first} {second}", StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_framework_understands_there_is_known() => Assert.Empty(ReadArguments(
        "--urls", "http://127.0.0.1:1", "--Cluster:Followers=3", "Cluster:BasePort=0", "/Lab:PathBase", "/lab", "--environment", "Development", "--Logging:LogLevel:Default=Debug", "--CLUSTER_TOKEN=x",
        "--Kestrel:Endpoints:Here:Url=http://127.0.0.1:1", "--http_ports", "5080", "--AllowedHosts", "a.b", "--KVLAB_DATA=/x", "--ROLE=leader", "--Cluster:Seed", "-5"));

    [Fact]
    public void A_first_word_that_is_no_command_is_answered_with_those_there_are()
    {
        Assert.Equal("experimentt is neither a command nor the value of an option. The commands are experiment, scenario, chaos, recording, simulate and lesson, as the first word; without a command the lab starts.",
            CommandLine.UnknownCommand(["experimentt", "--preset", "current"]));
        Assert.Null(CommandLine.UnknownCommand(["--urls", "x"]));
        Assert.Null(CommandLine.UnknownCommand([]));
        Assert.NotNull(CommandLine.UnknownCommand(["Experiment"]));
    }
}
