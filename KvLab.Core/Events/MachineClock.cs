namespace KvLab.Core.Events;

/// <summary>
/// The one clock of everything that runs on a machine since it was started: processes of one boot, containers too, read the same monotonic time, so their events can be
/// put on one line. Clocks of two boots have nothing to do with each other.
/// </summary>
/// <param name="BootId">Null where the system does not name its boot: then it is like no other.</param>
/// <param name="Ns">Its raw monotonic time, in nanoseconds, when it was read.</param>
public readonly record struct MachineClock(string? BootId, long Ns)
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    private static readonly Lazy<string?> Boot = new(() =>
    {
        try
        {
            return File.Exists(BootFile) ? File.ReadAllText(BootFile).Trim() is { Length: > 0 } id ? id : null : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    });

    /// <summary>Now, by a provider that reads the machine's own clock.</summary>
    public static MachineClock Read(TimeProvider time) => new(time is INamedBoot named ? named.BootId : Boot.Value, NsOf(time, time.GetTimestamp()));

    public static long NsOf(TimeProvider time, long timestamp) => (long)(timestamp * (1_000_000_000.0 / time.TimestampFrequency));
}

/// <summary>A clock that is not the machine's own, and is told apart from it by its name.</summary>
public interface INamedBoot
{
    string BootId { get; }
}
