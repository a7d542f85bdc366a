using KvLab.Core.Configuration;

namespace KvLab.Web.Options;

/// <summary>The dashboard cannot start as it was told to; <see cref="Errors"/> are all the reasons.</summary>
public sealed class InvalidOptionsException : Exception
{
    public InvalidOptionsException(IReadOnlyList<FieldError> errors)
        : base(string.Join(Environment.NewLine, errors.Select(e => e.Message))) => Errors = errors;

    public InvalidOptionsException() { }
    public InvalidOptionsException(string message) : base(message) { }
    public InvalidOptionsException(string message, Exception inner) : base(message, inner) { }

    public IReadOnlyList<FieldError> Errors { get; } = [];
}
