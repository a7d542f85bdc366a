using System.Globalization;
using KvLab.Core.Chaos;
using KvLab.Core.Scenarios;

namespace KvLab.Web.Components.Panels.Scenarios;

/// <summary>States as people read them: a word and a shape, so that colour never has to be seen.</summary>
internal static class StoryWords
{
    public static string State(ScenarioState state) => state.ToString().ToLowerInvariant();
    public static string State(ChaosState state) => state.ToString().ToLowerInvariant();

    public static string Glyph(string state) => state switch
    {
        "passed" => "success",
        "running" => "pending",
        "cancelled" => "stopped",
        _ => "failed",
    };

    public static string Glyph(StepResult step) => step switch
    {
        { State: StepState.Failed } => "failed",
        { State: StepState.Running } => "pending",
        { State: StepState.Ok, IsExpectation: true } => "success",
        { State: StepState.Ok } => "running",
        _ => "missing",
    };

    /// <summary>For those who do not see the shape.</summary>
    public static string Spoken(StepResult step) => step switch
    {
        { State: StepState.Failed, IsExpectation: true } => "does not hold:",
        { State: StepState.Failed } => "failed:",
        { State: StepState.Running } => "running:",
        { State: StepState.Ok, IsExpectation: true } => "holds:",
        { State: StepState.Ok } => "done:",
        _ => "not yet:",
    };

    public static string Kind(ChaosKind kind) => kind switch
    {
        ChaosKind.KillFollower => "follower killed",
        ChaosKind.FreezeFollower => "follower frozen",
        ChaosKind.Loss => "messages lost",
        ChaosKind.Duplicate => "messages duplicated",
        ChaosKind.OneWayLoss => "messages lost one way",
        ChaosKind.Partition => "partition",
        ChaosKind.RestartLeader => "leader restarted",
        ChaosKind.FailOver => "leader killed, failover",
        _ => "leader frozen, failover",
    };

    public static string Ms(double? ms) => ms is { } value ? value.ToString("N0", CultureInfo.InvariantCulture) + " ms" : "";
}
