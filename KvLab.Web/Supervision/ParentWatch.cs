using System.Globalization;

namespace KvLab.Web.Supervision;

/// <summary>
/// <c>dotnet run</c> starts the dashboard as its child; when it is killed, nobody tells the child. On Linux the dashboard looks whether that
/// parent is still there, and ends with it, and so do the nodes that it started.
/// </summary>
internal sealed class ParentWatch(IHostApplicationLifetime lifetime, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!OperatingSystem.IsLinux() || ParentOf("self") is not { } parent || !IsDotnetRun(parent)) return;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            // An orphan gets another parent at once, so this also holds when the number is used again.
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (ParentOf("self") == parent) continue;
                lifetime.StopApplication();
                return;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static int? ParentOf(string process)
    {
        try
        {
            // "pid (name) state ppid …"; the name may hold blanks and brackets.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsDotnetRun(int process)
    {
        try
        {
            var arguments = File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
            return arguments.Length > 1 && Path.GetFileName(arguments[0]) == "dotnet" && arguments.Skip(1).Any(a => a is "run" or "watch");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
