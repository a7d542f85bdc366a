using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using StackExchange.Redis;

namespace KvLab.Nodes.Storage;

/// <summary>
/// Two hashes per node in a Redis database: the entries, and what the node has seen. Every step is one Lua script, which nothing else runs beside
/// (redis.io/docs/interact/programmability/eval-intro). How much a crash of the server loses is the server's setting: <c>appendfsync always</c> loses nothing,
/// the default of Debian's package up to what came since the last snapshot.
/// </summary>
public sealed class RedisStore : DurableStore
{
    private const int Current = 1;
    private const int PageSize = 512;

    private readonly ConfigurationOptions _options;
    private readonly string _server;
    private readonly string _node;
    private readonly RedisKey _seen;
    private readonly RedisKey _entries;
    private readonly string _claims;
    private ConnectionMultiplexer? _connection;
    private volatile string? _persistence;

    /// <param name="connection">See <see cref="Parse"/>.</param>
    /// <param name="node">Whose entries these are.</param>
    /// <param name="deadline">How long an operation may take, connecting included.</param>
    /// <exception cref="ArgumentException">It is no connection string.</exception>
    public RedisStore(string connection, string node, TimeSpan deadline) : base("redis", deadline)
    {
        _options = Parse(connection);
        var milliseconds = (int)deadline.TotalMilliseconds;
        // The library tries to connect for as long as it may, also where nobody listens: what it says then must come before the deadline.
        (_options.ConnectTimeout, _options.AsyncTimeout, _options.SyncTimeout) = (milliseconds / 2, milliseconds, milliseconds);
        // What cannot be sent fails at once instead of waiting for a connection: nobody must find a write stored that was refused long ago.
        (_options.BacklogPolicy, _options.AbortOnConnectFail, _options.ConnectRetry) = (BacklogPolicy.FailFast, true, 0);
        _options.ReconnectRetryPolicy = new LinearRetry(250);
        // What a connection is called says whose it is: see TryClaimAsync.
        _claims = $"kvlab-{_options.DefaultDatabase ?? 0}-{node}-";
        _options.ClientName = _claims + Guid.NewGuid().ToString("N");
        // To read the server's settings of persistence and its connections, which counts as administration.
        _options.AllowAdmin = true;
        _options.IncludeDetailInExceptions = false;
        _server = string.Join(",", _options.EndPoints.Select(e => e.ToString()!.Replace("Unspecified/", "", StringComparison.Ordinal)));
        // In braces: a Redis cluster keeps both on one server.
        (_node, _seen, _entries) = (node, $"kvlab:{{{node}}}:seen", $"kvlab:{{{node}}}:entries");
    }

    /// <summary>StackExchange.Redis' form, <c>host:port,password=…,defaultDatabase=…</c>, or an address, <c>//user:password@host:port/0</c>.</summary>
    /// <exception cref="ArgumentException">An option is not known, or has a wrong value.</exception>
    /// <exception cref="AddressException">It is neither; the message repeats no secret.</exception>
    public static ConfigurationOptions Parse(string connection)
    {
        RedisAddress.Check(connection);
        if (!RedisAddress.IsAddress(connection)) return ConfigurationOptions.Parse(connection.TrimStart('/'));
        var address = ServerAddress.Parse(connection);
        var options = ConfigurationOptions.Parse($"{address.Host}:{address.Port ?? 6379}");
        (options.User, options.Password) = (address.User, address.Password);
        if (address.Database is { } database) options.DefaultDatabase = int.Parse(database, CultureInfo.InvariantCulture);
        return options;
    }

    public override string? Persistence => _persistence;

    private IDatabase Database => _connection?.GetDatabase() ?? throw new StoreException(StoreFailure.Unavailable, $"Redis at {_server} is not connected.");

    protected override async Task<Opened> OpenAsync(CancellationToken deadline)
    {
        // A connection that is there mends itself; a new one beside it would be one too many.
        _connection ??= await ConnectAsync();
        await RequirePasswordAsync();
        await StorageClaim.TakeAsync(TryClaimAsync, $"What {_node} keeps in Redis at {_server}", TimeProvider.System, deadline);
        var found = (RedisValue[])(await RunAsync(RedisScripts.Open, [_seen], [Current, _node, Padded(0)]))!;
        _persistence = await RedisPersistence.AskAsync(Database);
        SchemaCheck.Require((long)found[0], Current, (string)found[1]!, _node, "Redis hash");
        return new Opened(new EntryVersion(Number(found[2]), Number(found[3])), IsNew: (int)found[4] == 1);
    }

    protected override async Task TryOutAsync(CancellationToken deadline)
    {
        _connection ??= await ConnectAsync();
        await RequirePasswordAsync();
        await Database.PingAsync();
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        try
        {
            return await ConnectionMultiplexer.ConnectAsync(_options);
        }
        catch (RedisConnectionException refused) when (refused.FailureType == ConnectionFailureType.AuthenticationFailure)
        {
            throw LoginRefused();
        }
    }

    /// <summary>
    /// A server whose default user is open takes every password, and goes on as that user where it refuses another; the library says nothing of either: whoever set a
    /// password would believe that it guards something.
    /// </summary>
    private async Task RequirePasswordAsync()
    {
        if (_options.Password is not { Length: > 0 } password) return;
        try
        {
            // For the default user with the password alone: an open server answers that with an error, and with the user's name it would not.
            await Database.ExecuteAsync("AUTH", _options.User is { Length: > 0 } user and not "default" ? [user, password] : [password]);
        }
        catch (RedisServerException refused) when (refused.Message.StartsWith("WRONGPASS", StringComparison.Ordinal))
        {
            throw LoginRefused();
        }
        catch (RedisServerException open) when (open.Message.Contains("without any password configured", StringComparison.Ordinal) || open.Message.Contains("no password is set", StringComparison.Ordinal))
        {
            throw new StoreException(StoreFailure.Schema, $"Redis at {_server} was given a password, but accepts anybody without one, so the password guards nothing. Set one there (requirepass), or leave it out here.");
        }
    }

    // At a start that is final: no waiting makes a wrong password right.
    private StoreException LoginRefused() => new(StoreFailure.Schema, $"Redis at {_server} refuses the user or the password.");

    /// <summary>
    /// The process with the oldest connection to this name space has it. Nothing is written for that, so that a server without room or leave to write can
    /// still be read; and a connection ends with its process.
    /// </summary>
    private async Task<bool> TryClaimAsync()
    {
        try
        {
            var clients = await _connection!.GetServers().MaxBy(s => (s.IsConnected, !s.IsReplica))!.ClientListAsync();
            var oldest = clients.Where(c => c.Name?.StartsWith(_claims, StringComparison.Ordinal) == true).MinBy(c => c.Id);
            return oldest is null || oldest.Name == _options.ClientName;
        }
        catch (RedisServerException refused) when (refused.Message.StartsWith("NOPERM", StringComparison.Ordinal))
        {
            // A user that may not look is trusted to be the only one.
            return true;
        }
    }

    protected override async Task<ApplyResult[]> PutAsync(IReadOnlyList<Put> puts, EntryVersion keep, CancellationToken deadline)
    {
        // Kept with every step, for looking through all entries at a start would take long.
        var seen = puts.Aggregate(keep, (highest, put) => highest.Having(put.Entry.Version));
        var arguments = new List<RedisValue>(2 + (4 * puts.Count)) { Padded(seen.Epoch), Padded(seen.Counter) };
        foreach (var (entry, rule) in puts)
            arguments.AddRange([rule == ApplyRule.LastArrivalWins ? 1 : 0, KeyOf(entry.Key), Packed(entry.Version), entry.Value.Utf8.ToArray()]);
        var answers = (RedisValue[])(await RunAsync(RedisScripts.Put, [_seen, _entries], [.. arguments]))!;
        return [.. answers.Select((answer, i) => ResultOf(puts[i].Entry.Version, answer!))];
    }

    private static ApplyResult ResultOf(EntryVersion offered, string answer)
    {
        var before = VersionOf(answer.AsSpan(1));
        if (answer[0] == '1') return new ApplyResult(ApplyOutcome.Applied, before, offered);
        return new ApplyResult(before == offered ? ApplyOutcome.Duplicate : ApplyOutcome.Stale, before, before);
    }

    protected override async Task<bool> TakeBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken deadline) => (int)await RunAsync(
        RedisScripts.TakeBack, [_seen, _entries],
        [KeyOf(key), Packed(version), instead is null ? "" : Packed(instead.Version), instead is null ? "" : instead.Value.Utf8.ToArray()]) == 1;

    protected override Task EmptyAsync(EntryVersion newest, CancellationToken deadline) =>
        RunAsync(RedisScripts.Empty, [_seen, _entries], [Padded(newest.Epoch), Padded(newest.Counter)]);

    protected override Task KeepAsync(EntryVersion seen, CancellationToken deadline) =>
        RunAsync(RedisScripts.Keep, [_seen], [Padded(seen.Epoch), Padded(seen.Counter)]);

    protected override async Task<Entry?> ReadAsync(string key, CancellationToken deadline)
    {
        var held = await Database.HashGetAsync(_entries, KeyOf(key));
        return held.IsNull ? null : EntryOf(KeyOf(key), held!);
    }

    protected override Task<long> CountKeysAsync(CancellationToken deadline) => Database.HashLengthAsync(_entries);

    /// <summary>
    /// Redis can look through a hash in pieces, but not as of one moment. So a script copies it, which is one step, and the copy is read in pieces and
    /// removed; a node that dies meanwhile leaves it to its expiry.
    /// </summary>
    protected override async IAsyncEnumerable<Entry> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        RedisKey copy = $"kvlab:{{{_node}}}:snapshot:{Guid.NewGuid():N}";
        var database = Database;
        var expected = (long)await RunAsync(RedisScripts.Copy, [_seen, _entries, copy], []);
        if (expected == 0) yield break;
        var seen = 0L;
        try
        {
            await foreach (var field in database.HashScanAsync(copy, pageSize: PageSize).WithCancellation(cancellation))
            {
                seen++;
                yield return EntryOf((byte[])field.Name!, field.Value!);
            }
        }
        finally
        {
            await database.KeyDeleteAsync(copy, CommandFlags.FireAndForget);
        }

        if (seen != expected) throw new StoreException(StoreFailure.Slow, $"Reading everything from Redis at {_server} took so long that its copy expired: {seen} of {expected} entries were read.");
    }

    private Task<RedisResult> RunAsync(string script, RedisKey[] keys, RedisValue[] arguments) => Database.ScriptEvaluateAsync(script, keys, arguments);

    private static byte[] KeyOf(string key) => Encoding.UTF8.GetBytes(key);

    // Lua's numbers hold 53 bits, so versions are compared as text: digits of one length compare as the numbers do.
    private static string Padded(long number) => number.ToString("D19", CultureInfo.InvariantCulture);
    private static string Packed(EntryVersion version) => Padded(version.Epoch) + Padded(version.Counter);
    private static long Number(RedisValue padded) => long.Parse((string)padded!, CultureInfo.InvariantCulture);

    private static EntryVersion VersionOf(ReadOnlySpan<char> packed) =>
        new(long.Parse(packed[..19], CultureInfo.InvariantCulture), long.Parse(packed[19..38], CultureInfo.InvariantCulture));

    private static Entry EntryOf(byte[] key, byte[] held)
    {
        if (held.Length < 38) throw StoredRow.Damaged("an entry has no version");
        var version = VersionOf(Encoding.ASCII.GetString(held, 0, 38));
        return StoredRow.Entry(key, held[38..], version.Epoch, version.Counter);
    }

    /// <summary>By the word with which Redis begins its errors; the library's own text may name users and addresses, so it is left out.</summary>
    protected override StoreException Explain(Exception failure)
    {
        var server = $"Redis at {_server}";
        var word = failure is RedisServerException ? failure.Message.Split(' ')[0] : "";
        return failure switch
        {
            RedisServerException when word is "OOM" => new StoreException(StoreFailure.Full, $"{server} has no room: it is at its memory limit.", failure),
            RedisServerException when word is "MISCONF" => new StoreException(StoreFailure.Full, $"{server} accepts no writes, because it cannot save them to its disk.", failure),
            RedisServerException when word is "READONLY" or "NOREPLICAS" => new StoreException(StoreFailure.ReadOnly, $"{server} accepts no writes: it is read-only.", failure),
            RedisServerException when word is "NOPERM" => new StoreException(StoreFailure.ReadOnly, $"{server} does not let this user do what the node needs.", failure),
            RedisServerException when word is "NOAUTH" or "WRONGPASS" => new StoreException(StoreFailure.Unavailable, $"{server} refuses the user or the password.", failure),
            RedisServerException when word is RedisScripts.Gone => new StoreException(StoreFailure.Unavailable, $"{server} has lost what {_node} had kept there.", failure),
            RedisServerException when word is "LOADING" or "NOSCRIPT" or "BUSY" or "CLUSTERDOWN" => new StoreException(StoreFailure.Unavailable, $"{server} is starting or busy.", failure),
            RedisServerException => new StoreException(StoreFailure.Other, $"{server} answered with the error {word}.", failure),
            RedisTimeoutException or TimeoutException => new StoreException(StoreFailure.Slow, $"{server} did not answer in time.", failure),
            RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => new StoreException(StoreFailure.Unavailable, $"{server} refuses the user or the password.", failure),
            RedisConnectionException or ObjectDisposedException => new StoreException(StoreFailure.Unavailable, $"{server} cannot be reached.", failure),
            _ => new StoreException(StoreFailure.Other, $"{server} cannot be used: {failure.GetType().Name}.", failure),
        };
    }

    /// <summary>The connection mends itself, and keeps trying; it is only given up with the node.</summary>
    protected override ValueTask CloseAsync() => ValueTask.CompletedTask;

    protected override async ValueTask EndAsync()
    {
        if (_connection is { } connection) await connection.DisposeAsync();
    }
}
