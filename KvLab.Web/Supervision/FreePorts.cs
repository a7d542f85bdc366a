using System.Net;
using System.Net.Sockets;

namespace KvLab.Web.Supervision;

/// <summary>Finds ports on loopback that nobody listens on.</summary>
internal static class FreePorts
{
    /// <summary>One port per wanted one, all different: the wanted port itself where it is free, else the next free one above all of them.</summary>
    /// <param name="wanted">0 stands for any.</param>
    public static int[] Choose(IReadOnlyList<int> wanted)
    {
        // All are held until all are chosen, so that none is given twice.
        var held = new List<TcpListener>();
        try
        {
            var ports = new int[wanted.Count];
            for (var i = 0; i < ports.Length; i++) ports[i] = Hold(wanted[i], held) ? PortOf(held[^1]) : 0;
            var next = wanted.Max();
            for (var i = 0; i < ports.Length; i++)
            {
                while (ports[i] == 0)
                {
                    if (++next > IPEndPoint.MaxPort) next = 0;
                    if (Hold(next, held)) ports[i] = PortOf(held[^1]);
                }
            }
            return ports;
        }
        finally
        {
            foreach (var listener in held) listener.Stop();
        }
    }

    public static bool IsFree(int port)
    {
        var held = new List<TcpListener>();
        var free = Hold(port, held);
        foreach (var listener in held) listener.Stop();
        return free;
    }

    private static bool Hold(int port, List<TcpListener> held)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            held.Add(listener);
            return true;
        }
        catch (SocketException)
        {
            listener.Stop();
            return false;
        }
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
