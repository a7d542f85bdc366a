using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Observation;

/// <summary>
/// What clients of this dashboard (form, burst, REST, experiments) were told, noted where their answers come in. A leader that is killed
/// takes its last reports with it; what it had promised by then is known here. Safe for concurrent use.
/// </summary>
public sealed class ClientOutcomes(TimeProvider time)
{
    /// <summary>Answers that wait for the reader, which comes ten times a second; further ones are known from the leader's reports alone.</summary>
    public const int Most = 50_000;

    /// <summary>Reads that wait for the reader; they are drawn, and nothing is counted from them.</summary>
    public const int MostReads = 4096;

    private readonly Lock _gate = new();
    private List<ClientAnswer> _answers = [];
    private List<ReadTold> _reads = [];
    private int _unreachable, _backwards;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>A client was told what became of its write.</summary>
    public void Answered(ClientAnswer answer)
    {
        lock (_gate)
        {
            if (_answers.Count < Most) _answers.Add(answer);
        }
    }

    /// <summary>A client got no answer, or was told that nobody takes its write.</summary>
    public void Unreachable()
    {
        lock (_gate) _unreachable++;
    }

    /// <summary>A client has its answer from one node. Of so many that there is no room, the map shows fewer.</summary>
    public void Read(in ReadTold read)
    {
        lock (_gate)
        {
            if (_reads.Count < MostReads) _reads.Add(read);
        }
    }

    /// <summary>A reader got an older version of a key than it had seen before: whose reads were, nobody else knows.</summary>
    public void WentBackwards()
    {
        lock (_gate) _backwards++;
    }

    /// <summary>What came in since the last time; null where nothing did.</summary>
    public ClientsTold? Take()
    {
        lock (_gate)
        {
            if (_answers.Count == 0 && _unreachable == 0 && _reads.Count == 0 && _backwards == 0) return null;
            var told = new ClientsTold(_answers, _unreachable) { Reads = _reads.Count == 0 ? null : _reads, Backwards = _backwards };
            (_answers, _unreachable, _reads, _backwards) = ([], 0, [], 0);
            return told;
        }
    }
}
