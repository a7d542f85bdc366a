using KvLab.Core.Events;

namespace KvLab.Core.Observation.Traffic;

/// <summary>Which messages somebody wants to see.</summary>
/// <param name="From">Sent no earlier; where that is not known, arrived no earlier.</param>
/// <param name="To">Sent no later.</param>
/// <param name="Node">At either end.</param>
/// <param name="Limit">The newest so many.</param>
public sealed record MessageQuery(DateTimeOffset? From = null, DateTimeOffset? To = null, string? Node = null, string? Sender = null, string? Receiver = null, string? Key = null, int Limit = 100)
{
    /// <summary>A request and an answer for each attempt that is remembered.</summary>
    public const int MostRows = 2 * TrafficBook.Capacity;

    /// <returns>Newest first.</returns>
    public IReadOnlyList<MessageView> Of(TrafficCopy traffic)
    {
        var trips = traffic.Trips.Where(t => Key is null || t.Key == Key).ToArray();
        var inverted = Inversions(trips);
        return [
            .. trips.SelectMany(t => Views(t, inverted.Contains(t.Number), traffic)).Concat(traffic.Calls.Where(c => Key is null || c.Read?.Key == Key).Select(c => View(c, traffic)))
                .Where(Wanted)
                .OrderByDescending(m => m.SentAt ?? m.ArrivedAt ?? DateTimeOffset.MinValue)
                .Take(Limit),
        ];
    }

    private bool Wanted(MessageView m) =>
        (Node is null || m.From == Node || m.To == Node) && (Sender is null || m.From == Sender) && (Receiver is null || m.To == Receiver)
        && (From is null || (m.SentAt ?? m.ArrivedAt) >= From) && (To is null || (m.SentAt ?? m.ArrivedAt) <= To);

    /// <summary>Of one key at one node: whatever came after a newer one, and the newer ones that it came after.</summary>
    private static HashSet<long> Inversions(Trip[] trips)
    {
        var inverted = new HashSet<long>();
        foreach (var arrivals in trips.Where(t => t.Is(TripFacts.Arrived) && !t.Is(TripFacts.Copy)).GroupBy(t => (t.Follower, t.Key)))
        {
            // A node's Lamport time rises with each of its steps: its own order, whatever the clock says.
            var inOrder = arrivals.OrderBy(t => t.ArrivedNs).ThenBy(t => t.ArrivedLamport).ToArray();
            if (inOrder.Length < 2) continue;
            var newest = inOrder[0].Version;
            for (var i = 1; i < inOrder.Length; i++)
            {
                if (inOrder[i].Version < newest) inverted.Add(inOrder[i].Number);
                else newest = inOrder[i].Version;
            }

            var oldest = inOrder[^1].Version;
            for (var i = inOrder.Length - 2; i >= 0; i--)
            {
                if (inOrder[i].Version > oldest) inverted.Add(inOrder[i].Number);
                else oldest = inOrder[i].Version;
            }
        }

        return inverted;
    }

    private static IEnumerable<MessageView> Views(Trip t, bool inverted, TrafficCopy traffic)
    {
        var error = t.Is(TripFacts.ForeignClock) ? null : traffic.ErrorMs(t.Leader, t.Follower);
        var sent = t.Is(TripFacts.Unsent) ? 0 : t.SentNs;
        yield return new MessageView($"m{t.Number}q", MessageKind.Request, t.Leader, t.Follower, t.Key, t.Version.Epoch, t.Version.Counter, t.Attempt,
            traffic.At(sent), traffic.At(t.ArrivedNs), sent == 0 ? null : t.SentLamport, t.Is(TripFacts.Arrived) ? t.ArrivedLamport : null, RequestOutcome(t), inverted, error)
        {
            Copy = t.Is(TripFacts.Copy),
        };
        // An answer leaves when the follower has done its work, which is what it tells.
        if (!t.Is(TripFacts.Arrived) && !t.Is(TripFacts.Returned)) yield break;
        yield return new MessageView($"m{t.Number}a", MessageKind.Answer, t.Follower, t.Leader, t.Key, t.Version.Epoch, t.Version.Counter, t.Attempt,
            traffic.At(t.ArrivedNs), traffic.At(t.ReturnedNs), t.Is(TripFacts.Arrived) ? t.ArrivedLamport : null, t.Is(TripFacts.Returned) ? t.ReturnedLamport : null,
            AnswerOutcome(t), Inversion: false, error)
        {
            Copy = t.Is(TripFacts.Copy),
        };
    }

    internal static MessageOutcome RequestOutcome(in Trip t) => t switch
    {
        { Outcome: DeliveryOutcome.Applied } => MessageOutcome.Applied,
        { Outcome: DeliveryOutcome.Superseded } => MessageOutcome.Superseded,
        { Outcome: DeliveryOutcome.Duplicate } => MessageOutcome.Duplicate,
        { Outcome: DeliveryOutcome.Failed } => MessageOutcome.Fenced,
        _ when t.Is(TripFacts.RequestLost) => MessageOutcome.Lost,
        _ when t.Is(TripFacts.Refused) => MessageOutcome.Refused,
        _ when t.Is(TripFacts.Failed) => MessageOutcome.Failed,
        _ when t.Is(TripFacts.GivenUp) => MessageOutcome.GivenUp,
        _ => MessageOutcome.UnderWay,
    };

    internal static MessageOutcome AnswerOutcome(in Trip t) =>
        t.Is(TripFacts.Failed) ? MessageOutcome.Failed
        : t.Is(TripFacts.Decided) ? MessageOutcome.Decided
        : t.Is(TripFacts.Returned) ? t.Is(TripFacts.Late) ? MessageOutcome.Late : MessageOutcome.Acked
        : t.Is(TripFacts.AnswerLost) ? MessageOutcome.Lost
        : t.Is(TripFacts.GivenUp | TripFacts.Copy) ? MessageOutcome.GivenUp
        : MessageOutcome.UnderWay;

    private static MessageView View(CallTold c, TrafficCopy traffic) =>
        new($"{(c.Read is null ? "c" : "r")}{c.Id}", MessageKind.Call, c.From, c.To, c.Read?.Key, c.Read?.Epoch ?? 0, c.Read?.Version ?? 0, 0, traffic.At(c.SentNs), traffic.At(c.ArrivedNs), c.SentLamport, c.ArrivedLamport,
            c.Read is { Open: true } ? MessageOutcome.UnderWay : c.Answered ? MessageOutcome.Answered : MessageOutcome.GivenUp, Inversion: false, c.ForeignClock ? null : traffic.ErrorMs(c.From, c.To))
        {
            Call = c.Name,
            AnsweredAt = c.Answered && c.Read is not { Open: true } ? traffic.At(c.AnsweredNs) : null,
            LamportAnswered = c.Answered ? c.AnsweredLamport : null,
        };
}
