using System.Net;
using System.Net.Sockets;
using KvLab.Web.Options;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Component")]
public sealed class StorageReachTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-reach-").FullName;
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    public StorageReachTests() => _server.Start();

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<string?> ProblemOfAsync(string storage) => StorageReach.ProblemOfAsync(storage, "follower-1", TimeProvider.System, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("redis://:secret@127.0.0.1:{0}/1", "Redis")]
    [InlineData("redis:127.0.0.1:{0},password=secret", "Redis")]
    [InlineData("postgres://kvlab:secret@127.0.0.1:{0}/kvlab", "PostgreSQL")]
    [InlineData("postgres:Host=127.0.0.1;Port={0};Username=kvlab;Password=secret", "PostgreSQL")]
    public async Task A_server_must_listen(string storage, string what)
    {
        var text = storage.Replace("{0}", $"{Port}", StringComparison.Ordinal);
        Assert.Null(await ProblemOfAsync(text));
        var port = Port;
        _server.Stop();
        Assert.Equal($"{what} at 127.0.0.1:{port} cannot be reached (no process is listening there).", await ProblemOfAsync(text));
    }

    [Fact]
    public async Task One_of_several_servers_is_enough()
    {
        var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var closed = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Dispose();
        Assert.Null(await ProblemOfAsync($"redis:127.0.0.1:{closed},127.0.0.1:{Port},password=secret"));
    }

    [Fact]
    public async Task A_folder_must_take_a_file_and_is_left_as_it_was()
    {
        Assert.Null(await ProblemOfAsync("memory"));
        Assert.Null(await ProblemOfAsync($"sqlite:{_folder}/"));
        Assert.Null(await ProblemOfAsync($"sqlite:{_folder}/{{node}}.db"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "", TestContext.Current.CancellationToken);
        Assert.StartsWith("The folder of the SQLite files cannot be written", await ProblemOfAsync($"sqlite:{_folder}/file/"), StringComparison.Ordinal);
    }
}
