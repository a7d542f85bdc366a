namespace KvLab.Core.Configuration;

/// <summary>One thing that is wrong with an input.</summary>
/// <param name="Field">The field's name as the client wrote it.</param>
/// <param name="Message">A whole sentence that names the field, says what is allowed and what was given.</param>
public sealed record FieldError(string Field, string Message);

/// <summary>Collects everything that is wrong, so that people mend an input once instead of once per mistake.</summary>
public sealed class FieldErrors
{
    private readonly List<FieldError> _errors = [];

    public IReadOnlyList<FieldError> All => _errors;

    public void Add(string field, string message) => _errors.Add(new FieldError(field, message));

    public void Require(bool condition, string field, string message)
    {
        if (!condition) Add(field, message);
    }
}
