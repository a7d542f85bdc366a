namespace KvLab.Bench.Clusters;

/// <param name="BasePort">The leader's; follower n has this plus n, the dashboard this plus <see cref="DashboardOffset"/>.</param>
/// <param name="Dashboard">Whether a dashboard supervises the nodes and hears their events; without, they run alone.</param>
internal sealed record KvLabOptions(int BasePort, bool Dashboard = true, int Followers = 5, int Quorum = 3, double MinDelayMs = 0, double MaxDelayMs = 0)
{
    public const int DashboardOffset = 90;
}
