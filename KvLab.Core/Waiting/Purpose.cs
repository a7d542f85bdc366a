namespace KvLab.Core.Waiting;

/// <summary>What somebody waits for, in a sentence about what happens when the waiting ends: <em>v3 of k1 arrives at follower-2</em>.</summary>
public abstract record Purpose
{
    public abstract string Sentence { get; }
}

/// <summary>A wait that only its sentence is known of.</summary>
public sealed record TimerPurpose(string What) : Purpose
{
    public override string Sentence => What;
}

/// <summary>
/// A clock on which somebody chooses which timer fires next, and therefore has to know what each is for. The machine's own clock is none, and nothing is made up for it.
/// </summary>
public interface IChosenTime
{
    /// <summary>Said right before a timer is made: it is for this. Null: none is made after all.</summary>
    void Next(Purpose? purpose);
}

public static class Purposes
{
    /// <summary>Says what the timer is for that is made next. Costs a look at the clock's type where nobody chooses.</summary>
    public static TimeProvider For<T>(this TimeProvider time, T about, Func<T, string> sentence)
    {
        if (time is IChosenTime chosen) chosen.Next(new TimerPurpose(sentence(about)));
        return time;
    }
}
