using KvLab.Core.Configuration;

namespace KvLab.Web.Problems;

/// <summary>A command that could not be done, and why.</summary>
public sealed class CommandException : Exception
{
    public CommandException(int status, string message, IReadOnlyList<FieldError>? fields = null, Exception? inner = null)
        : base(ErrorText.Short(message, ErrorText.LongestDetail), inner)
    {
        Status = status;
        Fields = FieldErrors.Bound(fields ?? []);
    }

    public CommandException() { }
    public CommandException(string message) : base(message) { }
    public CommandException(string message, Exception inner) : base(message, inner) { }

    /// <summary>The HTTP status that the REST API answers with.</summary>
    public int Status { get; } = 500;
    public IReadOnlyList<FieldError> Fields { get; } = [];
}
