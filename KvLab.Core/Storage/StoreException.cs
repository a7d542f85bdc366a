using System.Text.Json.Serialization;

namespace KvLab.Core.Storage;

/// <summary>Why a store could not do what it was asked.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StoreFailure>))]
public enum StoreFailure
{
    /// <summary>It cannot be reached or opened.</summary>
    [JsonStringEnumMemberName("unavailable")] Unavailable,

    /// <summary>No answer in time, or too much waits for it already. Whether it did what it was asked is not known.</summary>
    [JsonStringEnumMemberName("slow")] Slow,

    /// <summary>It can be read but not written.</summary>
    [JsonStringEnumMemberName("read_only")] ReadOnly,

    /// <summary>It has no room.</summary>
    [JsonStringEnumMemberName("full")] Full,

    /// <summary>What lies there was made by a newer KvLab, belongs to another node or a running process, or is damaged: this one must not touch it. Waiting does not help.</summary>
    [JsonStringEnumMemberName("schema")] Schema,

    /// <summary>Anything else; the sentence says what.</summary>
    [JsonStringEnumMemberName("other")] Other,
}

/// <summary>A store could not do what it was asked, so nothing may be acknowledged. The message is a sentence for people, without any secret.</summary>
public sealed class StoreException : Exception
{
    public StoreException(StoreFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    public StoreException() { }
    public StoreException(string message) : base(message) { }
    public StoreException(string message, Exception inner) : base(message, inner) { }

    public StoreFailure Failure { get; } = StoreFailure.Other;
}
