namespace KvLab.Core.Configuration;

/// <summary>How a run in the simulator is called, wherever it is shown: nobody is to take its numbers for those of a machine.</summary>
public static class Simulated
{
    public static string Words(long seed) => $"simulated (virtual time, seed {seed})";
}
