using System.Collections.Concurrent;
using System.Diagnostics;

namespace KvLab.Web.Supervision;

/// <summary>
/// Starts processes from one thread that lives as long as the dashboard. A node asks Linux to be killed when its parent ends
/// (PR_SET_PDEATHSIG), and by parent the kernel means the thread that started it: a pool thread would take its nodes with it.
/// </summary>
internal sealed class ProcessSpawner : IDisposable
{
    private readonly BlockingCollection<Action> _starts = [];
    private readonly Thread _thread;

    public ProcessSpawner()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "KvLab process spawner" };
        _thread.Start();
    }

    public Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info) ?? throw new InvalidOperationException($"{info.FileName} did not start."));
            }
            catch (Exception failure)
            {
                started.SetException(failure);
            }
        });
        return started.Task;
    }

    private void Run()
    {
        foreach (var start in _starts.GetConsumingEnumerable()) start();
    }

    /// <summary>Ends the thread, and with it every process that is still alive.</summary>
    public void Dispose()
    {
        _starts.CompleteAdding();
        _thread.Join();
        _starts.Dispose();
    }
}
