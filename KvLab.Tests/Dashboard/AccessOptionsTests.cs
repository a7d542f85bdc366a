using KvLab.Core.Configuration;
using KvLab.Web.Options;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class AccessOptionsTests
{
    private static (AccessOptions Options, string[] Fields) Read(params (string Name, string Value)[] values)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Name, (string?)v.Value))).Build();
        var errors = new FieldErrors();
        var options = AccessOptions.Read(configuration, errors);
        Assert.All(errors.All, e => Assert.StartsWith(e.Field, e.Message));
        return (options, [.. errors.All.Select(e => e.Field)]);
    }

    [Fact]
    public void The_secret_is_the_labs_own_or_the_token_that_somebody_set_and_never_one_that_was_drawn()
    {
        Assert.Null(Read().Options.Secret);
        Assert.Equal("token-1", Read(("Cluster:Token", "token-1"), ("CLUSTER_TOKEN", "token-2")).Options.Secret);
        Assert.Equal("token-2", Read(("CLUSTER_TOKEN", " token-2 ")).Options.Secret);
        Assert.Equal("secret-1", Read(("Lab:Secret", "secret-1"), ("CLUSTER_TOKEN", "token-2")).Options.Secret);
        Assert.DoesNotContain("secret-1", Read(("Lab:Secret", "secret-1")).Options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Lab:Secret", "short")]
    [InlineData("Lab:Secret", "two words")]
    [InlineData("Lab:PathBase", "lab")]
    [InlineData("Lab:PathBase", "//evil.example")]
    [InlineData("Lab:PathBase", "/a b")]
    [InlineData("Lab:PathBase", "/../x")]
    [InlineData("Lab:PathBase", "/lab\"><script>")]
    [InlineData("Lab:Proxies", "proxy.example")]
    [InlineData("Lab:Proxies", "127.0.0.1,0.0.0.0/0")]
    [InlineData("AllowedHosts", "*")]
    [InlineData("ALLOWED_HOSTS", "http://x")]
    public void What_is_wrong_is_refused_by_its_name(string name, string value) => Assert.Equal([name], Read((name, value)).Fields);

    [Theory]
    [InlineData("/lab", "/lab")]
    [InlineData("/lab/", "/lab")]
    [InlineData("/a/b.c", "/a/b.c")]
    [InlineData("/", "")]
    [InlineData("", "")]
    public void A_path_needs_no_slash_at_its_end(string given, string path) => Assert.Equal((path, 0), (Read(("Lab:PathBase", given)).Options.PathBase, Read(("Lab:PathBase", given)).Fields.Length));

    [Fact]
    public void Proxies_are_addresses_or_networks() =>
        Assert.Equal(["127.0.0.1/32", "10.1.0.0/16", "::1/128"], Read(("Lab:Proxies", "127.0.0.1, 10.1.0.0/16;::1")).Options.Proxies.Select(p => p.ToString()));
}
