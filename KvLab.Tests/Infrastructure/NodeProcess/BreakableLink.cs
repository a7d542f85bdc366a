using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>A piece of network between nodes and a dashboard that a test can cut; who connects again gets through again.</summary>
internal sealed class BreakableLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, bool> _open = [];
    private readonly int _target;
    private readonly Task _accepting;

    public BreakableLink(int targetPort)
    {
        _target = targetPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends every connection in the middle of whatever it carries.</summary>
    public void Break()
    {
        foreach (var client in _open.Keys)
        {
            _open.TryRemove(client, out _);
            client.Close();
        }
    }

    private async Task AcceptAsync()
    {
        var carrying = new List<Task>();
        try
        {
            while (true) carrying.Add(CarryAsync(await _listener.AcceptTcpClientAsync()));
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(carrying);
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target);
            _open[near] = true;
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
        }
        catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
        finally
        {
            _open.TryRemove(near, out _);
            near.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Break();
        await _accepting;
    }
}
