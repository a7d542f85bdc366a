using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Infrastructure.Servers;

/// <summary>
/// A storage server of a test's own: on a free port, in a folder that goes with it, and gone with the tests' process however that ends.
/// Missing on somebody's laptop it is a reason to skip; under <c>CI=true</c> it is a failure.
/// </summary>
public abstract class ThrowAwayServer : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _said = new();
    private Process? _process;

    public int Port { get; } = RealCluster.FreePort();

    /// <summary>What a node is told as <c>STORAGE</c>.</summary>
    public abstract string Storage { get; }

    protected string Folder { get; } = Directory.CreateTempSubdirectory("kvlab-server-").FullName;

    /// <summary>The program's full path; null where it is not installed.</summary>
    protected abstract string? Program { get; }
    protected abstract string Package { get; }
    protected abstract IEnumerable<string> Arguments { get; }

    /// <summary>Under which user it runs, where the tests run as root; null: the same.</summary>
    protected virtual string? User => null;

    /// <summary>The signal that ends it at once, its own children too.</summary>
    protected virtual string EndSignal => "KILL";

    protected virtual Task PrepareAsync() => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        if (Program is null || Which("setpriv") is null)
        {
            var missing = $"{Package} is not installed; ./test.sh installs it.";
            if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(missing);
            return;
        }

        await PrepareAsync();
        await StartAsync();
    }

    /// <summary>Called first by every test that needs the server.</summary>
    public void Require() => Assert.SkipWhen(_process is null, $"{Package} is not installed; ./test.sh installs it.");

    public async Task StartAsync()
    {
        _process = Launch([Program!, .. Arguments]);
        await Patience.UntilAsync(async () =>
        {
            if (_process.HasExited) Assert.Fail($"{Program} ended: {string.Join('\n', _said)}");
            return await IsReadyAsync();
        }, $"{Program} is ready");
    }

    protected abstract Task<bool> IsReadyAsync();

    public Task FreezeAsync() => RealNode.SignalAsync(_process!.Id, "STOP");
    public Task ThawAsync() => RealNode.SignalAsync(_process!.Id, "CONT");

    /// <summary>At once: nothing is saved that was not saved before.</summary>
    public async Task KillAsync()
    {
        await RealNode.SignalAsync(_process!.Id, EndSignal);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _process = null;
    }

    /// <summary>A process that ends with this one, under the server's user.</summary>
    protected Process Launch(IReadOnlyList<string> command)
    {
        var user = User is { } name && Environment.UserName == "root" ? new[] { $"--reuid={name}", $"--regid={name}", "--init-groups" } : [];
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("setpriv", [.. user, "--pdeathsig", EndSignal, .. command])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Folder,
            },
        };
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        // The kernel ends it with the thread that started it, so that thread must be one that stays.
        LongLivedThread.Run(() => process.Start());
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    protected async Task RunAsync(params string[] command)
    {
        using var process = Launch(command);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{command[0]} ended with {process.ExitCode}: {string.Join('\n', _said)}");
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        _said.Enqueue(line);
        if (_said.Count > 50) _said.TryDequeue(out _);
    }

    protected static string? Which(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Order().Select(d => $"{d}/bin") : [])
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    protected async Task<bool> ListensAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            // A frozen one does not hear any other signal.
            await ThawAsync();
            await KillAsync();
        }
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
