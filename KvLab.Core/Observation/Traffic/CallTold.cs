namespace KvLab.Core.Observation.Traffic;

/// <summary>A rare call between two nodes, as whoever asked told of it when it was over. Times as in <see cref="Trip"/>.</summary>
internal readonly record struct CallTold(
    long Number, string From, string To, string Name, bool Answered, long SentNs, long ArrivedNs, long AnsweredNs, long SentLamport, long? ArrivedLamport, long AnsweredLamport, bool ForeignClock);
