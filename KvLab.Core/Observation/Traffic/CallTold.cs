using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Observation.Traffic;

/// <summary>
/// A rare call between two nodes, as whoever asked told of it when it was over; or a client's read of one node. Times as in <see cref="Trip"/>.
/// </summary>
/// <param name="Number">In the order in which it was told: a read is told twice, when its answer leaves and when it is over.</param>
/// <param name="Id">The same in both.</param>
/// <param name="ArrivedNs">0 where nobody told of it. Of a read: when its node had answered; from then on the answer travels.</param>
internal readonly record struct CallTold(
    long Number, long Id, string From, string To, string Name, bool Answered, long SentNs, long ArrivedNs, long AnsweredNs, long? SentLamport, long? ArrivedLamport, long? AnsweredLamport, bool ForeignClock)
{
    /// <summary>What was read; null for a call between nodes.</summary>
    public ReadTold? Read { get; init; }
}
