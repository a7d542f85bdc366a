using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using KvLab.Web.Hosting;
using KvLab.Web.Supervision;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>Each cause has its own sentence (docs/troubleshooting.md).</summary>
[Trait("Category", "Unit")]
public sealed class StartFailureTests
{
    [Fact]
    public void A_busy_address_is_answered_with_a_free_port_of_its_range()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var sentence = StartFailure.Explain(new IOException($"Failed to bind to address http://127.0.0.1:{port}: address already in use.", new SocketException((int)SocketError.AddressAlreadyInUse)));
        var proposed = new Uri(sentence[(sentence.IndexOf("--urls ", StringComparison.Ordinal) + "--urls ".Length)..]);
        Assert.InRange(proposed.Port, port + 1, port + 100);
    }

    [Fact]
    public void Of_several_addresses_each_busy_one_is_replaced_and_the_others_stay()
    {
        using var one = new TcpListener(IPAddress.Loopback, 0);
        using var two = new TcpListener(IPAddress.Loopback, 0);
        one.Start();
        two.Start();
        var (first, second) = (((IPEndPoint)one.LocalEndpoint).Port, ((IPEndPoint)two.LocalEndpoint).Port);
        var free = FreePorts.Choose([0])[0];
        var sentence = StartFailure.Explain(
            new IOException($"Failed to bind to address http://127.0.0.1:{first}: address already in use.", new SocketException((int)SocketError.AddressAlreadyInUse)),
            $"http://127.0.0.1:{first};http://localhost:{free};http://[::1]:{first};http://127.0.0.1:{second}/");
        Assert.Contains($"ports {first} and {second}", sentence, StringComparison.Ordinal);
        var proposed = sentence[(sentence.IndexOf("--urls \"", StringComparison.Ordinal) + "--urls \"".Length)..].TrimEnd('"').Split(';').Select(url => new Uri(url)).ToArray();
        Assert.Equal(["127.0.0.1", "localhost", "[::1]", "127.0.0.1"], proposed.Select(u => u.Host));
        Assert.Equal((free, proposed[0].Port), (proposed[1].Port, proposed[2].Port));
        Assert.Equal(3, proposed.Select(u => u.Port).Distinct().Count());
        Assert.DoesNotContain(proposed, u => u.Port == first || u.Port == second);
    }

    public static TheoryData<Exception, string> Causes => new()
    {
        { new IOException("Failed to bind to address http://127.0.0.1:80: permission denied", new SocketException((int)SocketError.AccessDenied)), "port 80 is below 1024" },
        { new SocketException((int)SocketError.AddressNotAvailable), "no address" },
        { new IOException("The configured user limit (128) on the number of inotify instances has been reached"), "fs.inotify.max_user_instances" },
        { new InvalidOperationException("Unable to configure HTTPS endpoint. No server certificate was specified"), "dotnet dev-certs https" },
        { new CryptographicException("The specified network password is not correct."), "certificate cannot be read" },
        { new InvalidDataException("Failed to load configuration from file '/x/appsettings.json'.", new FormatException("Could not parse the JSON file.")), "/x/appsettings.json is not valid JSON" },
        { new FileNotFoundException("Could not find file '/x/lab.pfx'."), "there is no file /x/lab.pfx" },
        { new DirectoryNotFoundException("Could not find a part of the path '/x/y/lab.pfx'."), "there is no file /x/y/lab.pfx" },
        { new FileNotFoundException("The nodes' program KvLab.Nodes is not in /x. Build the solution, or set Cluster:NodesPath to its folder."), "Cluster:NodesPath" },
        { new DirectoryNotFoundException("/x/wwwroot/"), "the folder /x/wwwroot/ does not exist, or this user is not allowed to read it." },
        { new ArgumentOutOfRangeException("port"), "from 0 to 65535" },
        { new UnauthorizedAccessException("Access to the path '/x/appsettings.json' is denied."), "/x/appsettings.json cannot be read" },
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public void Every_other_cause_has_its_own_sentence(Exception cause, string words)
    {
        var sentence = StartFailure.Explain(cause);
        Assert.Contains(words, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(" at KvLab", sentence, StringComparison.Ordinal);
    }
}
