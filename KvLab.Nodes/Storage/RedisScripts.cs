namespace KvLab.Nodes.Storage;

/// <summary>
/// What <see cref="RedisStore"/> runs in the server. KEYS[1] is always what the node has seen, KEYS[2] its entries. An entry is 19 digits of epoch,
/// 19 digits of counter and the value's text.
/// </summary>
internal static class RedisScripts
{
    /// <summary>The first word of the error by which a script says that the server no longer knows this node: it was started again without its data.</summary>
    public const string Gone = "KVLABGONE";

    private const string Known = $"if redis.call('EXISTS', KEYS[1]) == 0 then return redis.error_reply('{Gone} the server has lost it') end\n";

    private const string Raise = """
        local function raise(field, value)
          if value > redis.call('HGET', KEYS[1], field) then redis.call('HSET', KEYS[1], field, value) end
        end

        """;

    /// <summary>Schema version, node, zero → what is there: schema version, node, epoch, counter, and 1 where all of that is new.</summary>
    public const string Open = """
        local new = 1 - redis.call('EXISTS', KEYS[1])
        if new == 1 then
          redis.call('HSET', KEYS[1], 'schema', ARGV[1], 'node', ARGV[2], 'epoch', ARGV[3], 'counter', ARGV[3])
        end
        local found = redis.call('HMGET', KEYS[1], 'schema', 'node', 'epoch', 'counter')
        found[5] = new
        return found
        """;

    /// <summary>Epoch and counter seen, then of each entry: 1 where the last arrival wins, key, version, value → of each: 1 where applied, and what was held before.</summary>
    public const string Put = Known + Raise + """
        raise('epoch', ARGV[1])
        raise('counter', ARGV[2])
        local answers = {}
        for i = 3, #ARGV, 4 do
          local held = redis.call('HGET', KEYS[2], ARGV[i + 1])
          local before = held and string.sub(held, 1, 38) or string.rep('0', 38)
          local applied = ARGV[i] == '1' or ARGV[i + 2] > before
          if applied then redis.call('HSET', KEYS[2], ARGV[i + 1], ARGV[i + 2] .. ARGV[i + 3]) end
          answers[#answers + 1] = (applied and '1' or '0') .. before
        end
        return answers
        """;

    /// <summary>Key, version, version and value instead (both empty: none) → 1 where exactly that version was held.</summary>
    public const string TakeBack = Known + """
        local held = redis.call('HGET', KEYS[2], ARGV[1])
        if not held or string.sub(held, 1, 38) ~= ARGV[2] then return 0 end
        if ARGV[3] == '' then redis.call('HDEL', KEYS[2], ARGV[1]) else redis.call('HSET', KEYS[2], ARGV[1], ARGV[3] .. ARGV[4]) end
        return 1
        """;

    /// <summary>Epoch and counter seen. Writes in any case, so that it shows whether writing works.</summary>
    public const string Keep = Known + Raise + """
        redis.call('HSET', KEYS[1], 'schema', redis.call('HGET', KEYS[1], 'schema'))
        raise('epoch', ARGV[1])
        raise('counter', ARGV[2])
        return 1
        """;

    public const string Empty = Known + Raise + """
        raise('epoch', ARGV[1])
        raise('counter', ARGV[2])
        redis.call('UNLINK', KEYS[2])
        return 1
        """;

    /// <summary>Copies the entries to KEYS[3], for ten minutes at most → how many.</summary>
    public const string Copy = Known + """
        redis.call('COPY', KEYS[2], KEYS[3])
        redis.call('PEXPIRE', KEYS[3], 600000)
        return redis.call('HLEN', KEYS[3])
        """;
}
