using KvLab.Core.Experiments;
using KvLab.Core.Observation;
using KvLab.Web.Timing;

namespace KvLab.Web.Experiments;

/// <summary>Keeps what the events of the leader say of each write. The ingest reader brings them, the experiment asks.</summary>
internal sealed class DeliveryRecorder : IDeliveryRecording
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time;
    private readonly IDisposable _subscription;
    private readonly DeliveryFacts _facts = new();

    public DeliveryRecorder(EventTap tap, TimeProvider time)
    {
        _time = time;
        _subscription = tap.Listen(_facts.Take);
    }

    public async Task<IReadOnlyDictionary<long, IReadOnlyList<DeliveryFact>>> CollectAsync(
        IReadOnlyCollection<long> versions, int followers, TimeSpan atMost, CancellationToken cancellation)
    {
        using var deadline = new AwakeDeadline(atMost, _time);
        while (!_facts.Hold(versions, followers) && !deadline.IsOver) await Task.Delay(Poll, _time, cancellation);
        return _facts.Of(versions);
    }

    public double? StoredMs(long version) => _facts.StoredMs(version);

    public void Dispose() => _subscription.Dispose();
}
