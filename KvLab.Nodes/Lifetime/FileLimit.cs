using System.Runtime.InteropServices;

namespace KvLab.Nodes.Lifetime;

/// <summary>
/// A file that reaches a limit on the size of files (<c>ulimit -f</c>) sends its process a signal that ends it (setrlimit(2)). A node stays up instead: the
/// storage gets the error of the write, as it gets that of a full disk.
/// </summary>
internal static class FileLimit
{
    // SIGXFSZ, by the number that Linux and macOS share; .NET has no name for it.
    private const PosixSignal FileTooLarge = (PosixSignal)25;

    /// <returns>Holds it for as long as it lives; null where there is no such signal.</returns>
    public static IDisposable? Outlive() =>
        OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(FileTooLarge, static signal => signal.Cancel = true);
}
