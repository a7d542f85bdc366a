using KvLab.Core.Observation.Messages;

namespace KvLab.Web.Live;

/// <summary>Whoever keeps the one stream. It is told on the thread that makes the state, and never holds it up.</summary>
public interface IStreamKeeper
{
    /// <param name="observed">What is about to change the state.</param>
    /// <param name="before">The state as it is without it. May be asked from this call only, but for its count of messages.</param>
    void Keep(Observed observed, IKeptState before);
}

/// <summary>What a keeper may ask of the state.</summary>
public interface IKeptState
{
    /// <summary>Messages between nodes so far: a count that never falls. May be asked from anywhere.</summary>
    long Messages { get; }

    /// <summary>The whole state as bytes, from which it can be gone on; null where that cannot be had.</summary>
    byte[]? Save();
}
