using KvLab.Core.Durability;

namespace KvLab.Web.Ingest;

/// <summary>
/// What clients of this dashboard (form, burst, REST, experiments) were told, noted where their answers come in. A leader that is killed
/// takes its last reports with it; what it had promised by then is known here. Safe for concurrent use.
/// </summary>
public sealed class ClientOutcomes(TimeProvider time)
{
    /// <summary>Promises that wait for the reader, which comes ten times a second; further ones are known from the leader's reports alone.</summary>
    public const int Most = 50_000;

    private readonly Lock _gate = new();
    private List<AcknowledgedWrite> _promised = [];
    private int _unreachable;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>A client was told of success.</summary>
    public void Promised(AcknowledgedWrite write)
    {
        lock (_gate)
        {
            if (_promised.Count < Most) _promised.Add(write);
        }
    }

    /// <summary>A client got no answer, or was told that nobody takes its write.</summary>
    public void Unreachable()
    {
        lock (_gate) _unreachable++;
    }

    /// <summary>What came in since the last time.</summary>
    public (IReadOnlyList<AcknowledgedWrite> Promised, int Unreachable) Take()
    {
        lock (_gate)
        {
            if (_promised.Count == 0 && _unreachable == 0) return ([], 0);
            var taken = (_promised, _unreachable);
            (_promised, _unreachable) = ([], 0);
            return taken;
        }
    }
}
