using System.Diagnostics;
using System.Text;
using Xunit;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>The dashboard as people start it: its own program out of the build's output, with nodes that it finds beside itself.</summary>
internal sealed class DashboardProcess : IAsyncDisposable
{
    private const string ReadyLine = "KvLab is running at ";

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DashboardProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = new Process { StartInfo = start.ToBeKilled(), EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The dashboard ended before it was ready:\n{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;
    public int ExitCode => _process.ExitCode;

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    /// <summary>The address in the one line that it prints.</summary>
    public Task<string> UrlAsync() => _ready.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

    /// <summary>The project's own output folder, where the build puts the nodes beside the dashboard.</summary>
    private static string Folder => AppContext.BaseDirectory.Replace("KvLab.Tests", "KvLab.Web", StringComparison.Ordinal);

    public static DashboardProcess Launch(params string[] args) => LaunchAtHome(null, args);

    /// <param name="home">The home directory of whoever starts it; null for the real one.</param>
    public static DashboardProcess LaunchAtHome(string? home, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Folder, "KvLab.Web.dll"), .. args]);
        if (home is not null) start.Environment["HOME"] = home;
        return new(start);
    }

    /// <summary>A command of it, over this data folder.</summary>
    public static DashboardProcess LaunchCommand(string dataFolder, params string[] args) =>
        new(new ProcessStartInfo("dotnet", [Path.Combine(Folder, "KvLab.Web.dll"), .. args]) { Environment = { ["KVLAB_DATA"] = dataFolder } });

    /// <summary>By <c>dotnet run</c>, which is then the process that the test can kill.</summary>
    public static DashboardProcess LaunchByDotnetRun(params string[] args)
    {
        var project = Folder[..Folder.IndexOf(Path.Combine("KvLab.Web", "bin"), StringComparison.Ordinal)];
        var configuration = Folder.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        return new(new ProcessStartInfo("dotnet", ["run", "--no-build", "-c", configuration, "--project", Path.Combine(project, "KvLab.Web"), "--", .. args]));
    }

    public void Kill() => _process.Kill();

    public Task AskToStopAsync() => RealNode.SignalAsync(Id, "TERM");

    public Task WaitForExitAsync() => _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience.Limit);

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
        if (line.StartsWith(ReadyLine, StringComparison.Ordinal)) _ready.TrySetResult(line[ReadyLine.Length..].Split(' ')[0]);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _ = _ready.Task.Exception;
    }
}
