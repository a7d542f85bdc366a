using KvLab.Core.Settings;
using KvLab.Web.Commands;
using KvLab.Web.Components.Bases;
using KvLab.Web.Live;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Panels.Settings;

/// <summary>Every live setting under the hand. Nothing to submit: a control that moves acts on the running cluster.</summary>
public sealed partial class SettingsPanel : SnapshotPanel
{
    // What has no control of its own above gets one by its row in the table.
    private static readonly SettingField[] Others = SettingFields.Except(
        "writeQuorum", "quorumCountsLeader", "minDelayMs", "maxDelayMs", "distribution", "seed", "versioning", "replicationTimeoutMs", "delivery", "onShortfall",
        "rejoinSync", "antiEntropyMs", "hintWindowMs", "hintLimit");

    // What stands behind the fold: while it is closed, its head says that somebody else changed something there.
    private static readonly string[] Folded =
        [.. SettingFields.Except("writeQuorum", "minDelayMs", "maxDelayMs", "distribution", "versioning").Select(field => LastChanges.Setting(field.Name))];

    private SettingsDraft _draft = null!;

    [Inject] public required IClusterCommands Commands { get; init; }
    [Inject] public required TimeProvider Time { get; init; }

    private int Followers => Snapshot.Followers.Count();

    protected override void OnInitialized() => _draft = new SettingsDraft(Commands, Time, () => _ = InvokeAsync(StateHasChanged));

    protected override void OnParametersSet()
    {
        base.OnParametersSet();
        _draft.Observe(Snapshot.Settings);
    }

    private Task Propose(LiveSettingsPatch patch) => _draft.ProposeAsync(patch);

    protected override object Slice() => (Snapshot.Settings, Followers, _draft.Pending);
}
