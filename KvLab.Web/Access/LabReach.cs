using System.Net;
using KvLab.Core.Callers;
using KvLab.Web.Options;
using KvLab.Web.Problems;

namespace KvLab.Web.Access;

/// <summary>
/// Whether other machines can reach the lab, by where the server really listens, whichever option said so. Where they can, its secret is asked for, and what they
/// can start is bounded.
/// </summary>
public sealed class LabReach(AccessOptions access, DashboardAddress address, TimeProvider time)
{
    private const string Anybody = "anybody";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // Far above what a class does by hand, and far below what would keep the machine busy for ever.
    private readonly RateBound _loads = new(30, Minute, time);
    private readonly RateBound _runs = new(10, Minute, time);
    private readonly RateBound _followers = new(30, Minute, time);

    /// <summary>A proxy that is named passes on what others ask.</summary>
    public bool IsOpenToOthers => access.Proxies.Count > 0 || !address.IsLoopbackOnly;

    /// <param name="local">Where this machine took a request. The server tells its addresses only after it has begun to listen at them.</param>
    public bool IsOpenTo(IPAddress? local) => IsOpenToOthers || (local is not null && !IPAddress.IsLoopback(local));

    public void CountBurst() => Count(_loads, "bursts");

    /// <summary>Scenarios, chaos runs, experiments and drills.</summary>
    public void CountRun() => Count(_runs, "runs (scenarios, chaos, experiments, drills)");

    public void CountFollower() => Count(_followers, "followers added or removed");

    /// <summary>An address may name any file or server that this machine can reach, so others choose among what its owner configured.</summary>
    /// <exception cref="CommandException">400: it names an address.</exception>
    public void RequireConfigured(StorageRequest request)
    {
        if (!IsOpenToOthers) return;
        var wrong = request.ByNode.Select(n => (Field: $"storageOf.{n.Key}", Text: n.Value)).Prepend((Field: "storage", Text: request.All ?? StorageServers.Memory))
            .Where(s => !StorageServers.Kinds.Contains(s.Text.Trim().ToLowerInvariant()))
            .Select(s => new Core.Configuration.FieldError(s.Field,
                $"{s.Field} must be {string.Join(", ", StorageServers.Kinds.SkipLast(1))} or {StorageServers.Kinds[^1]}, without an address: other machines can reach this lab, so addresses are taken from its configuration only."))
            .ToList();
        if (wrong.Count > 0) throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", wrong.Select(e => e.Message)), wrong);
    }

    private void Count(RateBound bound, string what)
    {
        if (!IsOpenToOthers || bound.Take(Anybody) is not { } wait) return;
        throw new CommandException(StatusCodes.Status429TooManyRequests,
            $"At most {bound.Most} {what} per minute are allowed where other machines can reach the lab. Try again in {Math.Ceiling(wait.TotalSeconds)} s.");
    }
}
