namespace KvLab.Core.Storage;

/// <summary>The claim of one running process on a place: a lock on a file beside what is claimed, which the kernel gives back however the process ends.</summary>
public sealed class FileClaim(string file) : IDisposable
{
    private FileStream? _held;

    /// <returns>False while another process has it.</returns>
    /// <exception cref="IOException">The folder cannot be made or reached.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    public bool TryTake()
    {
        if (_held is not null) return true;
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        try
        {
            _held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            return true;
        }
        catch (IOException taken) when (IsTaken(taken))
        {
            return false;
        }
    }

    // The kernel's word for it: EWOULDBLOCK of Linux and of macOS, and a sharing violation on Windows.
    private static bool IsTaken(IOException failure) => failure.HResult is 11 or 35 or unchecked((int)0x80070020);

    public void Dispose()
    {
        _held?.Dispose();
        _held = null;
    }
}
