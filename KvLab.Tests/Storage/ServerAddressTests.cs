using KvLab.Core.Storage;
using KvLab.Nodes.Options;
using KvLab.Nodes.Storage;
using Npgsql;
using Xunit;

namespace KvLab.Tests.Storage;

/// <summary>Where a storage server lies, and that nothing of a password gets out of it.</summary>
[Trait("Category", "Unit")]
public sealed class ServerAddressTests
{
    private const string Secret = "s3cret";

    private static string ErrorOf(string storage)
    {
        NodeOptionsReader.Read([], name => name switch { "ROLE" => "follower", "STORAGE" => storage, _ => null }, out var errors);
        return Assert.Single(errors).Message;
    }

    [Fact]
    public void What_stands_behind_the_question_mark_is_honoured()
    {
        var builder = PostgresStore.Parse("//me:a%40b@db:5433/lab?sslmode=verify-full&connect_timeout=7&application_name=k+v%2Flab&Search%20Path=x");
        Assert.Equal(("db", 5433, "me", "a@b", "lab"), (builder.Host, builder.Port, builder.Username, builder.Password, builder.Database));
        Assert.Equal((SslMode.VerifyFull, 7, "k v/lab", "x"), (builder.SslMode, builder.Timeout, builder.ApplicationName, builder.SearchPath));
        Assert.Equal(SslMode.Require, PostgresStore.Parse("//db/lab?sslmode=require").SslMode);
    }

    [Fact]
    public void Every_option_that_is_known_is_one_of_npgsqls()
    {
        var builder = new NpgsqlConnectionStringBuilder();
        Assert.All(PostgresAddress.AllKeywords, keyword => Assert.True(builder.ContainsKey(keyword) || builder.TryGetValue(keyword, out _), keyword));
    }

    [Theory]
    [InlineData("postgres://me@db/lab?sslmod=require", "sslmod")]
    [InlineData("postgres://me@db/lab?sslmode=require&sslcompression=1&krbsrvname=x", "sslcompression, krbsrvname")]
    [InlineData("postgres://me@db/lab?sslmode=perhaps", "sslmode")]
    [InlineData("postgres://me@db/lab?connect_timeout=soon", "connect_timeout")]
    public void What_cannot_be_honoured_is_refused_by_name(string storage, string named) => Assert.Contains(named, ErrorOf(storage), StringComparison.Ordinal);

    [Theory]
    [InlineData("redis:localhost:6379,password=abc,s3cret")]
    [InlineData("redis:localhost:6379,password=abc,s3cret:6379")]
    [InlineData("redis://:abc,s3cret@localhost")]
    [InlineData("redis:abc:s3cret@localhost:6379")]
    [InlineData("redis://:a@s3cret@localhost")]
    [InlineData("redis://:12/s3cret@localhost")]
    [InlineData("redis://:12?s3cret@localhost")]
    [InlineData("redis://:a%s3cret@localhost")]
    [InlineData("redis:localhost,s3cret=x")]
    [InlineData("postgres://me:a@s3cret@db/lab")]
    [InlineData("postgres://me:12/s3cret@db/lab")]
    [InlineData("postgres://me:12?s3cret@db/lab")]
    [InlineData("postgres://me:12?s3cret=1@db/lab")]
    [InlineData("postgres://me:12#s3cret@db/lab")]
    [InlineData("postgres://me:a:s3cret@db/lab")]
    [InlineData("postgres://me:'s3cret'@db/lab")]
    [InlineData("postgres://me:a s3cret@db/lab")]
    [InlineData("postgres://me:%zs3cret@db/lab")]
    [InlineData("postgres:Host=db;Password=a;s3cret")]
    [InlineData("postgres:Host=db;Password=a;s3cret=1")]
    [InlineData("postgres:Host=db;Password='a;s3cret")]
    public void A_password_that_was_cut_short_is_refused_and_not_repeated(string storage)
    {
        Assert.DoesNotContain(Secret, ErrorOf(storage), StringComparison.Ordinal);
        Assert.StartsWith("STORAGE names", ErrorOf(storage), StringComparison.Ordinal);
    }

    [Fact]
    public void A_redis_password_may_hold_anything_in_an_address()
    {
        var options = RedisStore.Parse("//me:a%2Cb%40c%3A%2F%3F@localhost:7000/3");
        Assert.Equal(("me", "a,b@c:/?", 3), (options.User, options.Password, options.DefaultDatabase));
        Assert.Equal("localhost:7000", ConfigurationText(options.EndPoints.Single()));
        Assert.Equal("a=b", RedisStore.Parse("one,two:7000,password=a=b").Password);
        Assert.Equal(2, RedisStore.Parse("//one,two:7000,password=x").EndPoints.Count);
    }

    private static string ConfigurationText(System.Net.EndPoint point) => point.ToString()!.Replace("Unspecified/", "", StringComparison.Ordinal);

    [Fact]
    public void An_address_in_text_is_host_and_port_alone() => Assert.Equal("db:5433", ServerAddress.Parse("//me:s3cret@db:5433/lab?password=s3cret").ToString());

    [Fact]
    public void Options_of_a_node_in_text_hold_no_secret()
    {
        var options = NodeOptionsReader.Read([], name => name switch { "ROLE" => "follower", "STORAGE" => "redis:localhost,password=s3cret", "CLUSTER_TOKEN" => Secret, _ => null }, out _)!;
        Assert.DoesNotContain(Secret, options.ToString(), StringComparison.Ordinal);
    }
}
