using System.Runtime.InteropServices;

namespace KvLab.Nodes.Lifetime;

/// <summary>
/// Ends the node together with the process that started it, however that one ends: the pipe on standard input is closed with it, and on Linux
/// the kernel kills the node, even a frozen one.
/// </summary>
/// <remarks>
/// Linux counts the <em>thread</em> that started the node as its parent (prctl(2), PR_SET_PDEATHSIG): whoever starts nodes with
/// <c>PARENT_WATCH=stdin</c> must do so on a thread that lives as long as they are to live, never on one of the thread pool.
/// </remarks>
internal static partial class ParentWatch
{
    private const int SetParentDeathSignal = 1;
    private const nuint Kill = 9;

    public static void Start()
    {
        if (OperatingSystem.IsLinux())
        {
            var parent = getppid();
            _ = prctl(SetParentDeathSignal, Kill, 0, 0, 0);
            // The signal is sent at a death, not about one: it may have happened just before.
            if (getppid() != parent) Environment.Exit(0);
        }

        new Thread(WaitForEndOfInput) { IsBackground = true, Name = "KvLab parent watch" }.Start();
    }

    private static void WaitForEndOfInput()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        try
        {
            while (input.Read(ignored) > 0) { }
        }
        catch (IOException)
        {
            // A broken pipe says the same as its end.
        }

        // Nobody is left to drain for: the followers end in the same moment.
        Environment.Exit(0);
    }

#pragma warning disable IDE1006 // The kernel's names.
    [LibraryImport("libc")]
    private static partial int getppid();

    [LibraryImport("libc")]
    private static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);
#pragma warning restore IDE1006
}
