using KvLab.Core.Configuration;

namespace KvLab.Web.Options;

/// <summary>
/// Where a kind of storage lies for whoever names the kind alone: <c>Storage:Redis</c>, <c>Storage:Postgres</c>, <c>Storage:Folder</c>. The texts may hold a password, so
/// nothing prints them; people are told only which kinds there are.
/// </summary>
public sealed class StorageServers
{
    public const string Memory = "memory";
    public const string Sqlite = "sqlite";
    public const string Redis = "redis";
    public const string Postgres = "postgres";

    /// <summary>All kinds, in the order in which people are offered them.</summary>
    public static readonly IReadOnlyList<string> Kinds = [Memory, Sqlite, Redis, Postgres];

    /// <summary>Under <c>Storage:</c>.</summary>
    internal static readonly IReadOnlyList<string> Names = ["Folder", "Redis", "Postgres"];

    public static readonly StorageServers None = new("", null, null);

    private readonly string? _redis;
    private readonly string? _postgres;

    private StorageServers(string folder, string? redis, string? postgres) => (Folder, _redis, _postgres) = (folder, redis, postgres);

    /// <summary>For SQLite's files, one per node; ends in a slash.</summary>
    public string Folder { get; }

    internal static StorageServers Read(IConfiguration configuration, FieldErrors errors) => new(
        (configuration["Storage:Folder"] is { Length: > 0 } folder ? folder : Path.Combine(DataFolder.Of(configuration), "nodes")).TrimEnd('/') + "/",
        Server(configuration, "Storage:Redis", Redis, errors), Server(configuration, "Storage:Postgres", Postgres, errors));

    private static string? Server(IConfiguration configuration, string name, string kind, FieldErrors errors)
    {
        if (configuration[name] is not { Length: > 0 } text) return null;
        var whole = text.StartsWith($"{kind}:", StringComparison.OrdinalIgnoreCase) ? text : $"{kind}:{text}";
        StorageText.Check(whole, name, errors);
        return whole;
    }

    /// <summary>Whether the kind alone says enough.</summary>
    public bool Knows(string kind) => kind switch
    {
        Redis => _redis is not null,
        Postgres => _postgres is not null,
        _ => true,
    };

    /// <summary>A kind alone gets the connection that is configured for it; everything else stays as it is.</summary>
    internal string Complete(string storage) => storage.Trim().ToLowerInvariant() switch
    {
        Sqlite => $"{Sqlite}:{Folder}",
        Redis when _redis is not null => _redis,
        Postgres when _postgres is not null => _postgres,
        _ => storage.Trim(),
    };
}
