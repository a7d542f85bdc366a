using System.Diagnostics;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Infrastructure.Servers;

/// <summary>A place for a node's files that becomes full for real, and has room again when a test says so.</summary>
internal abstract class TightDisk : IAsyncDisposable
{
    /// <param name="kind"><c>disk</c>: a file system of two megabytes, where this may be mounted. <c>limit</c>: the kernel lets the node's files not grow, anywhere.</param>
    public static async Task<TightDisk> CreateAsync(string kind, string folder)
    {
        Directory.CreateDirectory(folder);
        return kind == "limit" ? new GrowthLimit() : await TinyMount.CreateAsync(folder);
    }

    /// <summary>There is little or no room left for this node.</summary>
    public abstract Task TightenAsync(RealNode node);

    /// <summary>There is room again.</summary>
    public abstract Task WidenAsync(RealNode node);

    public abstract ValueTask DisposeAsync();

    /// <returns>What it complained about; null where it worked.</returns>
    protected static async Task<string?> TryRunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode == 0 ? null : said.Trim();
    }

    protected static async Task RunAsync(string program, params string[] arguments) => Assert.Null(await TryRunAsync(program, arguments));

    /// <summary>The load itself fills it.</summary>
    private sealed class TinyMount(string folder) : TightDisk
    {
        public static async Task<TightDisk> CreateAsync(string folder)
        {
            var refused = await TryRunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder);
            // What it shows is shown by the other kind everywhere; this is the real thing where that is possible.
            Assert.SkipWhen(refused is not null, $"No file system may be mounted here: {refused}");
            return new TinyMount(folder);
        }

        public override Task TightenAsync(RealNode node) => Task.CompletedTask;
        public override Task WidenAsync(RealNode node) => RunAsync("mount", "-o", "remount,size=64m", folder);
        public override async ValueTask DisposeAsync() => await RunAsync("umount", folder);
    }

    /// <summary>The soft limit on the size of files (setrlimit(2), RLIMIT_FSIZE), which needs no rights and can be lifted again.</summary>
    private sealed class GrowthLimit : TightDisk
    {
        // Not a byte behind the first: what is there already stays, and nothing is added to it.
        public override Task TightenAsync(RealNode node) => LimitAsync(node, "1");

        public override Task WidenAsync(RealNode node) => LimitAsync(node, "unlimited");

        // It ended with the node.
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static Task LimitAsync(RealNode node, string bytes) => RunAsync("prlimit", "--pid", $"{node.Id}", $"--fsize={bytes}:unlimited");
    }
}
