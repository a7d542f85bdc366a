using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Xunit;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>A node as its own process, started from the build's output; killed when the test is over, however it ended.</summary>
internal sealed class RealNode : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RealNode(IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "KvLab.Nodes.dll")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = new Process { StartInfo = start.ToBeKilled(), EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The node ended before it was ready:\n{Output}"));
        LongLivedThread.Run(() => _process.Start());
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;
    public bool HasExited => _process.HasExited;
    public int ExitCode => _process.ExitCode;
    public string Url => _ready.Task.Result;

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    /// <summary>Starts a node and waits until it says that it is ready.</summary>
    public static async Task<RealNode> StartAsync(IReadOnlyDictionary<string, string> environment)
    {
        var node = Launch(environment);
        try
        {
            await node._ready.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node that may never become ready.</summary>
    public static RealNode Launch(IReadOnlyDictionary<string, string> environment) => new(environment);

    /// <summary>SIGKILL: nothing is said, nothing is saved.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>SIGTERM.</summary>
    public Task AskToStopAsync() => SignalAsync(Id, "TERM");

    /// <summary>SIGSTOP: the process is there and does nothing.</summary>
    public Task FreezeAsync() => SignalAsync(Id, "STOP");

    public void CloseInput() => _process.StandardInput.Close();

    public Task WaitForExitAsync() => _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience.Limit);

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
        var ready = line.IndexOf(" ready on ", StringComparison.Ordinal);
        if (ready >= 0) _ready.TrySetResult(line[(ready + " ready on ".Length)..]);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _ = _ready.Task.Exception;
    }

    /// <summary>To be asked for while it lives, since another process may have had its number before: what it has among the temporary files when the answer is called for.</summary>
    public static Func<string[]> TemporaryFilesOf(int process)
    {
        // The start in ticks of the kernel is the 22nd word; the name of the program, the second, may have blanks in it.
        var started = File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ')[19];
        return () => Directory.GetFiles(Path.GetTempPath(), $"*-{process}-{started}*");
    }

    public static async Task SignalAsync(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString()]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }
}

internal static class ProcessThatIsKilled
{
    /// <summary>A process of .NET that is killed leaves its doors for debuggers among the temporary files; without doors it leaves none.</summary>
    public static ProcessStartInfo ToBeKilled(this ProcessStartInfo start)
    {
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return start;
    }
}

/// <summary>Starts processes: the kernel ties them to the thread that did, and a thread of the pool may end before the test does.</summary>
internal static class LongLivedThread
{
    private static readonly BlockingCollection<Action> Work = [];

    static LongLivedThread() => new Thread(() =>
    {
        foreach (var work in Work.GetConsumingEnumerable()) work();
    })
    { IsBackground = true, Name = "Starts nodes" }.Start();

    public static void Run(Action work)
    {
        using var done = new ManualResetEventSlim();
        Exception? failure = null;
        Work.Add(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                failure = e;
            }

            done.Set();
        });
        done.Wait();
        if (failure is not null) throw failure;
    }
}
