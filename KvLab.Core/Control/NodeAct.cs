namespace KvLab.Core.Control;

/// <summary>What is done to one node.</summary>
public enum NodeAct
{
    /// <summary>Ends the process at once (SIGKILL).</summary>
    Kill,
    /// <summary>Asks the process to end: it drains what it can.</summary>
    Stop,
    /// <summary>SIGSTOP: it does nothing, and keeps what it holds.</summary>
    Freeze,
    Thaw,
    /// <summary>So many ms before it handles anything.</summary>
    Slow,
    /// <summary>Its wall clock is so many ms ahead.</summary>
    Skew,
}
