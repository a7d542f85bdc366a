using KvLab.Core.Configuration;

namespace KvLab.Web.Experiments;

/// <summary>A file, or a row of the store, that is no run, or one that cannot have been measured.</summary>
public sealed class WrongRunException : Exception
{
    public WrongRunException(IReadOnlyList<FieldError> errors, Exception? inner = null) : base(string.Join(" ", errors.Select(e => e.Message)), inner) => Errors = errors;
    public WrongRunException(string field, string message, Exception? inner = null) : this([new FieldError(field, message)], inner) { }
    public WrongRunException() { }
    public WrongRunException(string message) : this("file", message) { }
    public WrongRunException(string message, Exception inner) : this("file", message, inner) { }

    /// <summary>By field, as it is written in the file: <c>run.points[2].samples.clientMs</c>.</summary>
    public IReadOnlyList<FieldError> Errors { get; } = [];
}
