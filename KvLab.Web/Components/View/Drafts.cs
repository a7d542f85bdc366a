namespace KvLab.Web.Components.View;

/// <summary>
/// What was typed and not yet sent. Kept in the browser tab's session storage, so that nothing is lost by a reconnect or a restart
/// of the dashboard.
/// </summary>
public sealed record Drafts
{
    public string Key { get; init; } = "k1";
    public string Value { get; init; } = "hello";
    public int BurstWrites { get; init; } = 500;
    public int BurstConcurrency { get; init; } = 20;
    public int BurstKeys { get; init; } = 10;
}
