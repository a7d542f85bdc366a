using System.Diagnostics;
using KvLab.Core.Network;

namespace KvLab.Bench.Clusters;

/// <summary>
/// A program that ends with this one, however that ends: a shell in between waits for the end of its stdin, which the kernel closes even when
/// this program is killed, and then kills it.
/// </summary>
internal sealed class Child : IAsyncDisposable
{
    private const int KeptLines = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _shell;
    private readonly Queue<string> _lastLines = new();
    private readonly TaskCompletionSource<int> _id = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? _readyMark;

    private Child(string program, IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment, string? readyMark)
    {
        _readyMark = readyMark;
        var start = new ProcessStartInfo("/bin/sh", ["-c", "\"$@\" & echo $!; cat >/dev/null; kill -9 $!", "sh", program, .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        // It is killed, and would leave the runtime's doors for debuggers among the temporary files.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        _shell = new Process { StartInfo = start };
        _shell.OutputDataReceived += (_, line) => Hear(line.Data);
        _shell.ErrorDataReceived += (_, line) => Hear(line.Data);
        _shell.Start();
        _shell.BeginOutputReadLine();
        _shell.BeginErrorReadLine();
    }

    public int Id => _id.Task.Result;

    /// <summary>Starts a program whose readiness others find out.</summary>
    public static async Task<Child> StartAsync(string program, IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment = null)
    {
        var child = new Child(program, args, environment, readyMark: null);
        await child._id.Task;
        return child;
    }

    /// <summary>Starts a program and waits for the line that says that it is ready.</summary>
    /// <returns>The program, and what the line says behind <paramref name="readyMark"/>.</returns>
    /// <exception cref="BenchException">It did not say so.</exception>
    public static async Task<(Child Child, string Told)> StartAsync(string program, IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment, string readyMark)
    {
        var child = new Child(program, args, environment, readyMark);
        try
        {
            return (child, await child._ready.Task.WaitAsync(Patience));
        }
        catch (TimeoutException)
        {
            await child.DisposeAsync();
            throw new BenchException($"{program} did not become ready: {child.LastLines}");
        }
    }

    public string LastLines
    {
        get { lock (_lastLines) return string.Join(" | ", _lastLines); }
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        if (!_id.Task.IsCompleted && int.TryParse(line, out var id))
        {
            _id.TrySetResult(id);
            return;
        }

        lock (_lastLines)
        {
            if (_lastLines.Count == KeptLines) _lastLines.Dequeue();
            _lastLines.Enqueue(line);
        }

        if (_readyMark is { } mark && line.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at) _ready.TrySetResult(line[(at + mark.Length)..]);
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }
}
