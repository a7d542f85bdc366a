using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Nodes.Member;

namespace KvLab.Nodes.Endpoints;

/// <summary>A call between nodes carries its sender's Lamport time, and its answer says when it arrived: so both ends are known to whoever asked.</summary>
internal static class CallTracing
{
    private const string LamportHeader = "X-Lamport";

    /// <summary>Boot id, raw monotonic nanoseconds, Lamport time.</summary>
    private const string ArrivedHeader = "X-Arrived";

    public static void Carry(CallTrace trace, HttpRequestMessage request) =>
        request.Headers.TryAddWithoutValidation(LamportHeader, trace.Lamport.ToString(CultureInfo.InvariantCulture));

    /// <summary>Says that it arrived, to members of the cluster that ask so.</summary>
    public static RequestDelegate Traced(this RequestDelegate handler, Node node, ClusterToken token) => context =>
    {
        if (context.Request.Headers.TryGetValue(LamportHeader, out var sent) && token.IsMember(context.Request)
            && long.TryParse(sent, NumberStyles.None, CultureInfo.InvariantCulture, out var lamport))
        {
            var now = node.Now;
            context.Response.Headers[ArrivedHeader] = string.Create(CultureInfo.InvariantCulture, $"{now.BootId};{now.Ns};{node.Events.Lamport.Witness(lamport)}");
        }

        return handler(context);
    };

    /// <summary>What cannot be read was not told.</summary>
    public static void Note(HttpResponseMessage response, CallTrace trace)
    {
        if (!response.Headers.TryGetValues(ArrivedHeader, out var values) || values.First().Split(';') is not [var boot, var ns, var lamport]) return;
        if (!long.TryParse(ns, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || !long.TryParse(lamport, NumberStyles.None, CultureInfo.InvariantCulture, out var time)) return;
        if (time > InputRules.LargestClock || boot.Length > InputRules.LongestKey) return;
        trace.Arrival = new CallArrival(boot.Length == 0 ? null : boot, at, time);
    }
}
