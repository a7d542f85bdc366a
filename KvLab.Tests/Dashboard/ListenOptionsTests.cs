using KvLab.Core.Configuration;
using KvLab.Web.Options;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>Where to listen can be said in several ways; a wrong address is said with the option that has it.</summary>
[Trait("Category", "Unit")]
public sealed class ListenOptionsTests
{
    private static string[] Read(params (string Name, string Value)[] values)
    {
        var errors = new FieldErrors();
        ListenOptions.Check(new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Name, (string?)v.Value))).Build(), errors);
        return [.. errors.All.Select(e => e.Message)];
    }

    [Theory]
    [InlineData("urls", "foo", "--urls is not an address: \"foo\"")]
    [InlineData("urls", "http://127.0.0.1:5080/lab", "--urls http://127.0.0.1:5080 --Lab:PathBase /lab")]
    [InlineData("urls", "http://127.0.0.1:5080/lab/", "--Lab:PathBase /lab")]
    [InlineData("urls", "ftp://127.0.0.1:5080", "must begin with http:// or https://")]
    [InlineData("urls", "http://127.0.0.1:99999", "a port that is not from 0 to 65535")]
    [InlineData("urls", "http://127.0.0.1:abc", "--urls is not an address")]
    [InlineData("urls", "http://127.0.0.1:5080;bar", "--urls is not an address: \"bar\"")]
    [InlineData("Kestrel:Endpoints:X:Url", "foo", "Kestrel:Endpoints:X:Url is not an address: \"foo\"")]
    [InlineData("Kestrel:Endpoints:X:Url", "http://127.0.0.1:1/lab", "Lab:PathBase")]
    [InlineData("Kestrel:Endpoints:X:Adress", "http://127.0.0.1:1", "Kestrel:Endpoints:X needs an address")]
    [InlineData("http_ports", "abc", "http_ports must be port numbers")]
    public void A_wrong_address_is_said_with_its_option(string name, string value, string words) => Assert.Contains(words, Assert.Single(Read((name, value))), StringComparison.Ordinal);

    [Theory]
    [InlineData("urls", "http://127.0.0.1:5080")]
    [InlineData("urls", "http://127.0.0.1:5080/")]
    [InlineData("urls", "http://127.0.0.1:0;http://[::1]:0")]
    [InlineData("urls", "http://*:5080; https://+:5443")]
    [InlineData("urls", "http://localhost")]
    [InlineData("urls", "http://unix:/tmp/kvlab.sock")]
    [InlineData("Kestrel:Endpoints:X:Url", "https://0.0.0.0:5443")]
    [InlineData("http_ports", "5080;5081")]
    public void A_right_one_is_not(string name, string value) => Assert.Empty(Read((name, value)));
}
