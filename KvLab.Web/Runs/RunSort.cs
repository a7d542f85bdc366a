namespace KvLab.Web.Runs;

/// <summary>What the runs of one kind have in common.</summary>
/// <param name="Kind">As the lease and the list of runs name it, such as <c>burst</c>.</param>
/// <param name="Plural">For sentences.</param>
public sealed record RunSort(string Kind, string Plural)
{
    /// <summary>It lies on the nodes beside others and may be disturbed; else each has the cluster for itself.</summary>
    public static readonly RunSort Burst = new("burst", "bursts") { AtATime = 4, Remembered = 20 };
    public static readonly RunSort Drill = new("drill", "drills");
    public static readonly RunSort Scenario = new("scenario", "scenarios");
    public static readonly RunSort Chaos = new("chaos", "chaos runs");

    /// <summary>Its samples are too many to keep in memory, and too dear to lose.</summary>
    public static readonly RunSort Experiment = new("experiment", "experiments") { InStore = true };


    /// <summary>So many run beside each other at most; null: one, and it has the cluster for itself.</summary>
    public int? AtATime { get; private init; }

    /// <summary>So many are remembered; older ones that are over are forgotten.</summary>
    public int Remembered { get; private init; } = 50;

    /// <summary>Whoever runs them keeps what is over in a store of its own: the book forgets its state and keeps its line.</summary>
    public bool InStore { get; private init; }
}
