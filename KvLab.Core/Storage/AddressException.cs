namespace KvLab.Core.Storage;

/// <summary>What follows a storage's kind is not where one could be. The message continues "names redis, but what follows …" and repeats no secret.</summary>
public sealed class AddressException : FormatException
{
    public AddressException() { }
    public AddressException(string message) : base(message) { }
    public AddressException(string message, Exception inner) : base(message, inner) { }
}
