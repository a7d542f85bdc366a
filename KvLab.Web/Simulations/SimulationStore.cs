using System.Collections.Concurrent;
using System.Security.Cryptography;
using KvLab.Core.Configuration;
using KvLab.Core.Control;
using KvLab.Core.Simulator;
using KvLab.Web.Problems;

namespace KvLab.Web.Simulations;

/// <summary>The simulations of this dashboard, in memory: all that is worth keeping of one is its link. Safe for concurrent use.</summary>
public sealed class SimulationStore(TimeProvider time)
{
    public const int Most = 16;

    /// <summary>One that nobody looked at for so long keeps only its path.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, SimulationRoom> _rooms = new(StringComparer.Ordinal);

    public IReadOnlyList<SimulationRoom> All => [.. _rooms.Values.OrderBy(r => r.Id, StringComparer.Ordinal)];

    /// <exception cref="CommandException">400 with what is wrong; 409: there are too many.</exception>
    public SimulationRoom Create(SimulationPlan plan, IReadOnlyList<PathStep>? path = null)
    {
        if (plan.Check() is { Count: > 0 } errors) throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", errors.Select(e => e.Message)), errors);
        foreach (var room in _rooms.Values.Where(r => time.GetUtcNow() - r.UsedAt > Idle)) room.Park();
        if (_rooms.Count >= Most) throw new CommandException(StatusCodes.Status409Conflict, $"There are {Most} simulations already. Close a page that shows one, or delete one: DELETE /api/simulations/{{id}}.");
        try
        {
            var made = new SimulationRoom($"s{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}", new Simulation(plan, path), time);
            return _rooms[made.Id] = made;
        }
        catch (ControlException refused)
        {
            throw new CommandException(StatusCodes.Status400BadRequest, refused.Message, [new("path", refused.Message)], refused);
        }
    }

    /// <exception cref="CommandException">400: it is no link of a simulation.</exception>
    public static (SimulationPlan Plan, IReadOnlyList<PathStep> Path) Read(string link)
    {
        try
        {
            return PathLink.Read(link);
        }
        catch (FormatException wrong)
        {
            throw new CommandException(StatusCodes.Status400BadRequest, wrong.Message, [new("path", wrong.Message)], wrong);
        }
    }

    /// <summary>Begins one that has gone along the path of a link.</summary>
    /// <inheritdoc cref="Create"/>
    public SimulationRoom Open(string link)
    {
        var (plan, path) = Read(link);
        return Create(plan, path);
    }

    /// <exception cref="CommandException">404.</exception>
    public SimulationRoom Find(string id) => _rooms.GetValueOrDefault(id) ?? throw Missing(id);

    /// <exception cref="CommandException">404.</exception>
    public void Delete(string id)
    {
        if (!_rooms.TryRemove(id, out _)) throw Missing(id);
    }

    /// <summary>As <see cref="Delete"/>, for whoever made it: another one may have deleted it before.</summary>
    public void Forget(string id) => _rooms.TryRemove(id, out _);

    private static CommandException Missing(string id) => new(StatusCodes.Status404NotFound, $"There is no simulation {ErrorText.Short(id)}.");
}
