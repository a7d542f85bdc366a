using KvLab.Core.Settings;

namespace KvLab.Web.Live;

/// <summary>
/// The settings that a leader which starts, or is promoted, has to begin with: those that the last leader took. A snapshot is a tenth of a second behind, and a leader that
/// dies takes its last reports with it; what it answered to a change made here is known sooner.
/// </summary>
public sealed class SettingsInForce(IClusterState state, TimeProvider time)
{
    /// <summary>By then the snapshot has it, and whatever others changed since.</summary>
    private static readonly TimeSpan Shown = TimeSpan.FromSeconds(1);

    private sealed record Answer(LiveSettings Settings, long At);

    private volatile Answer? _last;

    /// <summary>A leader took a change, and has these now.</summary>
    public void Taken(LiveSettings settings) => _last = new Answer(settings, time.GetTimestamp());

    /// <summary>Null before any leader has said what it has.</summary>
    public LiveSettings? Now => _last is { } last && time.GetElapsedTime(last.At) < Shown ? last.Settings : state.Current.Settings;
}
