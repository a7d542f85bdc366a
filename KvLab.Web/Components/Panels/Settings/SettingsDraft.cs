using KvLab.Core.Settings;
using KvLab.Web.Commands;
using KvLab.Web.Components.Parts;
using KvLab.Web.Problems;

namespace KvLab.Web.Components.Panels.Settings;

/// <summary>
/// Between a moving control and the cluster. A change is sent at once, one command at a time; what moves meanwhile is sent as one change
/// afterwards. It counts as made only when the cluster reports it: until then the controls show it as pending, and when it is refused
/// they go back to what the cluster has.
/// </summary>
/// <remarks>Used on the circuit's dispatcher only.</remarks>
public sealed class SettingsDraft(IClusterCommands commands, TimeProvider time, Action changed)
{
    /// <summary>Steps of a slider closer together than this become one command.</summary>
    public static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(60);

    /// <summary>How long an answered change may take to show in the cluster's report before the controls stop believing in it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private LiveSettingsPatch? _waiting;
    private LiveSettingsPatch? _sending;
    private LiveSettingsPatch? _unconfirmed;
    private bool _running;
    private int _answered;

    public Problem? Problem { get; private set; }

    public bool Pending => _waiting is not null || _sending is not null || _unconfirmed is not null;

    /// <summary>What the controls show: the cluster's settings with what is under way laid over them.</summary>
    public LiveSettings Over(LiveSettings reported)
    {
        foreach (var patch in new[] { _unconfirmed, _sending, _waiting })
            reported = patch?.ApplyTo(reported) ?? reported;
        return reported;
    }

    /// <summary>Takes note of what the cluster reports; confirms what it contains.</summary>
    public void Observe(LiveSettings? reported)
    {
        if (reported is not null && _unconfirmed is not null && _unconfirmed.ApplyTo(reported) == reported) _unconfirmed = null;
    }

    public async Task ProposeAsync(LiveSettingsPatch patch)
    {
        _waiting = Merge(_waiting, patch);
        Problem = null;
        changed();
        if (_running) return;
        _running = true;
        try
        {
            while (_waiting is not null)
            {
                await Task.Delay(Gather, time);
                (_sending, _waiting) = (_waiting, null);
                await SendAsync(_sending!);
            }
        }
        finally
        {
            _running = false;
        }
    }

    private async Task SendAsync(LiveSettingsPatch patch)
    {
        try
        {
            await commands.ChangeSettingsAsync(patch);
            _unconfirmed = Merge(_unconfirmed, patch);
            _ = StopBelievingAsync(++_answered);
        }
        catch (Exception e) when (e is CommandException or OperationCanceledException)
        {
            _waiting = null;
            Problem = Problem.Of(e, "Nothing was changed.", "Check that the leader is running, then retry.");
        }
        finally
        {
            _sending = null;
            changed();
        }
    }

    private async Task StopBelievingAsync(int answer)
    {
        await Task.Delay(Patience, time);
        if (answer != _answered || _unconfirmed is null) return;
        _unconfirmed = null;
        changed();
    }

    public void Dismiss() => Problem = null;

    private static LiveSettingsPatch Merge(LiveSettingsPatch? older, LiveSettingsPatch newer) => older is null ? newer : newer.Over(older);
}
