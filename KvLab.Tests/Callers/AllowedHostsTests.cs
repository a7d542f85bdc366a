using KvLab.Core.Callers;
using KvLab.Core.Configuration;
using Xunit;

namespace KvLab.Tests.Callers;

[Trait("Category", "Unit")]
public sealed class AllowedHostsTests
{
    [Theory]
    [InlineData("localhost", true, true)]
    [InlineData("LOCALHOST:8000", true, true)]
    [InlineData("127.0.0.1:8000", true, true)]
    [InlineData("127.0.0.2", true, true)]
    [InlineData("[::1]:8000", true, true)]
    [InlineData("", true, true)]
    [InlineData("leader:8000", true, true)]
    [InlineData("a.lab.example:80", true, true)]
    [InlineData("192.168.1.20:8000", false, true)]
    [InlineData("[fe80::1]", false, true)]
    [InlineData("evil.example", false, false)]
    [InlineData("evil.example:8000", false, false)]
    [InlineData("127.0.0.1.evil.example", false, false)]
    [InlineData("localhost.evil.example", false, false)]
    [InlineData("evillocalhost", false, false)]
    [InlineData("lab.example", false, false)]
    [InlineData("evil-lab.example", false, false)]
    [InlineData("[evil", false, false)]
    public void A_server_is_called_by_loopback_by_its_names_and_beyond_loopback_by_any_bare_address(string host, bool onLoopback, bool beyond)
    {
        var hosts = new AllowedHosts(["leader", "*.lab.example"]);
        Assert.Equal((onLoopback, beyond), (hosts.Allows(host, anyAddress: false), hosts.Allows(host, anyAddress: true)));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("good.example,*")]
    [InlineData("http://lab.example")]
    [InlineData("lab.example:8000")]
    [InlineData("a b")]
    [InlineData("*.")]
    public void Everybody_and_what_is_no_name_is_refused_by_the_settings_name(string text)
    {
        var errors = new FieldErrors();
        AllowedHosts.Read(text, "ALLOWED_HOSTS", errors);
        Assert.StartsWith("ALLOWED_HOSTS", Assert.Single(errors.All).Message);
    }

    [Fact]
    public void Names_stand_apart_by_commas_or_semicolons()
    {
        var errors = new FieldErrors();
        Assert.Equal(["lab.example", "*.lab.example", "[::1]", "10.0.0.1"], AllowedHosts.Read(" lab.example; *.lab.example,[::1] ,10.0.0.1,", "ALLOWED_HOSTS", errors));
        Assert.Empty(errors.All);
    }

    [Theory]
    [InlineData(null, null, false, false)]
    [InlineData("http://127.0.0.1:8000", "same-origin", false, false)]
    [InlineData("HTTP://127.0.0.1:8000", null, false, false)]
    [InlineData(null, "none", false, false)]
    [InlineData(null, "cross-site", false, true)]
    // A link from somewhere: its page does not learn the answer.
    [InlineData(null, "cross-site", true, false)]
    [InlineData("null", null, false, true)]
    [InlineData("null", null, true, true)]
    [InlineData("http://evil.example", "cross-site", true, true)]
    [InlineData("http://127.0.0.1:8001", "same-site", false, true)]
    [InlineData("https://127.0.0.1:8000", "same-site", false, true)]
    [InlineData("http://127.0.0.1:8000.evil.example", null, false, true)]
    [InlineData("http://127.0.0.1", null, false, true)]
    public void A_page_is_foreign_unless_it_comes_from_this_very_server(string? origin, string? fetchSite, bool onlyReads, bool foreign) =>
        Assert.Equal(foreign, ForeignPage.Sent(origin, fetchSite, "http", "127.0.0.1:8000", onlyReads));

    [Theory]
    [InlineData("http://lab.example", "lab.example", "http")]
    [InlineData("http://lab.example", "lab.example:80", "http")]
    [InlineData("https://lab.example", "lab.example:443", "https")]
    public void A_port_that_goes_without_saying_is_the_same(string origin, string host, string scheme) =>
        Assert.False(ForeignPage.Sent(origin, null, scheme, host, onlyReads: false));

    [Fact]
    public void Only_the_whole_secret_matches()
    {
        var secret = new SharedSecret("s3cret");
        Assert.True(secret.Matches("s3cret"));
        Assert.All((string?[])[null, "", "s3cre", "s3cret ", "S3cret", "s3cret\0"], wrong => Assert.False(secret.Matches(wrong)));
        Assert.Equal(["s3cret", null, null], [SharedSecret.OfBearer("bearer s3cret"), SharedSecret.OfBearer("Basic s3cret"), SharedSecret.OfBearer(null)]);
    }
}
