using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace KvLab.Web.Options;

/// <summary>Where this dashboard answers, with the ports that it really got. Known once the server has started.</summary>
public sealed class DashboardAddress(IServer server)
{
    private ICollection<string> All => server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];

    /// <summary>All of them, for people.</summary>
    public string Listens => string.Join(", ", All);

    /// <summary>An address to open on this machine: a wildcard becomes loopback.</summary>
    public string Url
    {
        get
        {
            var binding = BindingAddress.Parse(All.FirstOrDefault() ?? throw new InvalidOperationException("The server has not started."));
            return IsWildcard(binding.Host) ? $"{binding.Scheme}://127.0.0.1:{binding.Port}" : binding.ToString().TrimEnd('/');
        }
    }

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopbackOnly => All.All(address =>
    {
        var host = BindingAddress.Parse(address).Host;
        return host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    });

    private static bool IsWildcard(string host) =>
        host is "*" or "+" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
}
