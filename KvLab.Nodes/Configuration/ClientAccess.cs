using System.Text.Json.Serialization;

namespace KvLab.Nodes.Configuration;

/// <summary>Who may write and read.</summary>
public enum ClientAccess
{
    /// <summary>Whoever reaches the node: on loopback, or where only this machine's ports lead to it (compose).</summary>
    [JsonStringEnumMemberName("open")] Open,

    /// <summary>Whoever knows the cluster's token.</summary>
    [JsonStringEnumMemberName("token")] Token,
}
