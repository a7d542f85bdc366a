using System.Diagnostics;
using System.Runtime.InteropServices;
using KvLab.Web.Timing;

namespace KvLab.Web.Supervision;

/// <summary>How a node's process ended.</summary>
/// <param name="ExitCode">Above 128 on Unix: killed by signal ExitCode − 128.</param>
/// <param name="LastWords">The last lines that it wrote.</param>
internal sealed record ProcessEnd(int ExitCode, string LastWords)
{
    /// <summary>It found its port taken (KvLab.Nodes/Program.cs).</summary>
    public bool PortTaken => ExitCode == 3;

    public override string ToString()
    {
        var how = ExitCode > 128 && !OperatingSystem.IsWindows() ? $"killed by signal {ExitCode - 128}" : $"exit code {ExitCode}";
        return LastWords.Length == 0 ? how : $"{how}; last output: {LastWords}";
    }
}

/// <summary>One run of a node's program. Holds the pipe to its stdin, whose end tells the node that the dashboard is gone.</summary>
internal sealed partial class NodeProcess : IDisposable
{
    private const int KeptLines = 8;
    private const int LongestLine = 300;

    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lastLines = new();

    private NodeProcess(Process process)
    {
        _process = process;
        Id = process.Id;
        Ended = WatchAsync();
    }

    /// <summary>Also when the process is gone.</summary>
    public int Id { get; }

    /// <summary>Completes when the process is gone and its output is read; never faults.</summary>
    public Task<ProcessEnd> Ended { get; }

    /// <summary>Somebody asked it to end, so that it is not a crash.</summary>
    public bool EndWasAsked { get; private set; }

    public static async Task<NodeProcess> StartAsync(ProcessSpawner spawner, ProcessStartInfo info)
    {
        info.UseShellExecute = false;
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        return new NodeProcess(await spawner.StartAsync(info));
    }

    private async Task<ProcessEnd> WatchAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        await _process.WaitForExitAsync();
        lock (_gate) return new ProcessEnd(_process.ExitCode, string.Join(" | ", _lastLines));
    }

    private async Task ReadAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            lock (_gate)
            {
                if (_lastLines.Count == KeptLines) _lastLines.Dequeue();
                _lastLines.Enqueue(line.Length <= LongestLine ? line.Trim() : line[..LongestLine] + "…");
            }
        }
    }

    /// <summary>SIGKILL: no last word, no clean-up, as when a machine loses power.</summary>
    public void Kill()
    {
        EndWasAsked = true;
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It was quicker.
        }
    }

    /// <summary>Asks it to end (SIGTERM), and kills it when it has not after <paramref name="patience"/>.</summary>
    public async Task StopAsync(TimeSpan patience, TimeProvider time)
    {
        EndWasAsked = true;
        if (!Ended.IsCompleted) AskToEnd();
        try
        {
            await Ended.WaitAwakeAsync(patience, time);
        }
        catch (TimeoutException)
        {
            Kill();
            await Ended;
        }
    }

    private void AskToEnd()
    {
        const int sigTerm = 15;
        // The end of its stdin tells a node the same, where there are no signals.
        if (!TrySignal(sigTerm)) _process.StandardInput.Close();
        // A process that is stopped hears of the signal when it goes on.
        TryThaw();
    }

    /// <summary>Whether it was frozen from the page and not thawed since, by whatever means.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>SIGSTOP: it does nothing, and the kernel keeps its memory and its connections.</summary>
    /// <returns>False where there are no signals.</returns>
    public bool TryFreeze() => TrySignal(OperatingSystem.IsMacOS() ? 17 : 19);

    /// <summary>The kernel stops a process at its next chance, not within the call that asks for it: until then it still answers. Where nothing tells, it is taken to have stopped.</summary>
    public async Task WhenStoppedAsync(TimeProvider time, CancellationToken cancellation)
    {
        using var deadline = new AwakeDeadline(StopsWithin, time);
        while (!Ended.IsCompleted && !deadline.IsOver && StillRuns()) await Task.Delay(1, cancellation);
    }

    /// <summary>Whether any of its threads is not stopped, as /proc has them; false where there is no such folder.</summary>
    private bool StillRuns()
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{_process.Id}/task").Any(thread =>
            {
                var stat = File.ReadAllText(Path.Combine(thread, "stat"));
                // The state is a letter behind the name, which is in brackets and may have any characters: T is stopped.
                return stat[stat.LastIndexOf(')') + 2] is not 'T' and not 't';
            });
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>SIGCONT.</summary>
    /// <returns>False where there are no signals.</returns>
    public bool TryThaw() => TrySignal(OperatingSystem.IsMacOS() ? 19 : 18);

    private bool TrySignal(int signal) => !OperatingSystem.IsWindows() && !Ended.IsCompleted && SendSignal(_process.Id, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);

    public void Dispose() => _process.Dispose();
}
