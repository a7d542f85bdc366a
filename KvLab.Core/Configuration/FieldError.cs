namespace KvLab.Core.Configuration;

/// <summary>One thing that is wrong with an input.</summary>
/// <param name="Field">The field's name as the client wrote it; a long one is cut.</param>
/// <param name="Message">A whole sentence that names the field, says what is allowed and what was given.</param>
public sealed record FieldError(string Field, string Message);

/// <summary>
/// Collects what is wrong, so that people mend an input once instead of once per mistake. Nobody reads thousands of mistakes, so only the first are kept; how many
/// more there are is said.
/// </summary>
public sealed class FieldErrors
{
    public const int Most = 50;

    private readonly List<FieldError> _errors = [];
    private string _firstLeftOut = "";
    private int _leftOut;

    public IReadOnlyList<FieldError> All => _leftOut == 0 ? _errors : [.. _errors, MoreThan(_leftOut, _firstLeftOut)];

    public bool Any => _errors.Count > 0;

    /// <summary>True: one more mistake is only counted.</summary>
    public bool IsFull => _errors.Count >= Most;

    public void Add(string field, string message)
    {
        if (_errors.Count < Most) _errors.Add(new FieldError(ErrorText.Short(field), ErrorText.Short(message, ErrorText.LongestSentence)));
        else if (_leftOut++ == 0) _firstLeftOut = ErrorText.Short(field);
    }

    public void Require(bool condition, string field, string message)
    {
        if (!condition) Add(field, message);
    }

    /// <summary>The same bounds for errors that were collected elsewhere.</summary>
    public static IReadOnlyList<FieldError> Bound(IReadOnlyList<FieldError> errors)
    {
        if (errors.Count <= Most + 1 && errors.All(e => e.Field.Length <= ErrorText.LongestName && e.Message.Length <= ErrorText.LongestSentence)) return errors;
        var bounded = new FieldErrors();
        foreach (var error in errors) bounded.Add(error.Field, error.Message);
        return bounded.All;
    }

    private static FieldError MoreThan(int leftOut, string field) =>
        new(field, $"{leftOut} more {(leftOut == 1 ? "problem is" : "problems are")} not listed, the first of them with {field}.");
}
