using KvLab.Web.Commands;

namespace KvLab.Web.Scenarios;

/// <summary>One at a time: experiments, scenarios and chaos runs empty the lab and change its settings, so each needs the cluster for itself.</summary>
public sealed class LabTurn
{
    private readonly Lock _gate = new();
    private string? _holder;

    /// <param name="what">For people, such as <c>Scenario freeze</c>.</param>
    /// <returns>Dispose to give the turn back.</returns>
    /// <exception cref="CommandException">409: somebody else has it.</exception>
    public IDisposable Take(string what)
    {
        lock (_gate)
        {
            if (_holder is { } other)
                throw new CommandException(StatusCodes.Status409Conflict, $"{other} is running; experiments, scenarios and chaos runs share one cluster, so only one runs at a time.");
            _holder = what;
            return new Turn(this);
        }
    }

    private sealed class Turn(LabTurn turns) : IDisposable
    {
        private int _over;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _over, 1) != 0) return;
            lock (turns._gate) turns._holder = null;
        }
    }
}
