using System.Text.Json.Serialization;

namespace KvLab.Core.Simulator.Mutants;

/// <summary>A mistake that one node of a simulation makes; each has been made in earnest by somebody. What it looks like from outside is a puzzle.</summary>
public enum Mutant
{
    /// <summary>It keeps whatever arrives last, and looks at no version.</summary>
    [JsonStringEnumMemberName("last_arrival_wins")] LastArrivalWins,

    /// <summary>It compares with the newest version that it holds of any key.</summary>
    [JsonStringEnumMemberName("ignores_keys")] IgnoresKeys,

    /// <summary>As a leader it takes a refused connection for an ack.</summary>
    [JsonStringEnumMemberName("counts_refusals")] CountsRefusals,
}
