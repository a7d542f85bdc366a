using System.Text.Json.Serialization;
using KvLab.Core.Storage;

namespace KvLab.Nodes.Storage;

/// <summary>What a node keeps its entries in, and whether that works.</summary>
/// <param name="Kind"><c>memory</c>, <c>sqlite</c>, …</param>
/// <param name="Failure">Null while it works.</param>
/// <param name="Sentence">What is wrong, for people and without secrets; null while it works.</param>
public sealed record StorageStatus(
    string Kind, bool Ok,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] StoreFailure? Failure = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sentence = null)
{
    public static readonly StorageStatus Memory = new("memory", true);
}

/// <summary>It stopped working, or works again.</summary>
/// <param name="After">How long it had not worked.</param>
/// <param name="Emptied">It works again, without anything that had been stored in it.</param>
public sealed record StorageChange(StorageStatus Status, TimeSpan After, bool Emptied);
