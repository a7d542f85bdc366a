using KvLab.Core.Configuration;
using KvLab.Core.Settings;
using KvLab.Nodes.Member;

namespace KvLab.Nodes.Endpoints;

/// <summary>A request that is refused; <see cref="ProblemDetails"/> answers it. Thrown only before anything has changed.</summary>
public sealed class ProblemException : Exception
{
    public ProblemException(int status, string detail, IReadOnlyList<FieldError>? fields = null)
        : base(ErrorText.Short(detail, ErrorText.LongestDetail))
    {
        Status = status;
        Fields = FieldErrors.Bound(fields ?? []);
    }

    public ProblemException() { }
    public ProblemException(string message) : base(message) { }
    public ProblemException(string message, Exception inner) : base(message, inner) { }

    public int Status { get; } = StatusCodes.Status500InternalServerError;

    public IReadOnlyList<FieldError> Fields { get; } = [];

    /// <summary>Where the leader answers, for requests that only a leader takes.</summary>
    public string? LeaderUrl { get; init; }

    /// <summary>Seconds after which it makes sense to ask again.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>400 with one sentence per wrong field.</summary>
    public static ProblemException BadFields(IReadOnlyList<FieldError> errors) =>
        new(StatusCodes.Status400BadRequest, string.Join(" ", errors.Select(e => e.Message)), errors);

    public static ProblemException BadField(string field, string sentence, int status = StatusCodes.Status400BadRequest) =>
        new(status, sentence, [new FieldError(field, sentence)]);
}

/// <summary>What only the leader does, asked of another node. Its id may be "leader" all the same: ids are names and do not change with the role.</summary>
internal static class NotLeading
{
    /// <param name="what">What only the leader does: <c>accepts writes</c>.</param>
    /// <param name="path">Of the call, at the leader's address.</param>
    public static ProblemException Of(Node node, string what, string path) => new(StatusCodes.Status403Forbidden,
        node.LeaderUrl is { } url
            ? $"The node “{node.Id}” is a follower; only the leader {what}, at {url}{path}."
            : $"The node “{node.Id}” is a follower; only the leader {what}, and this node does not know yet who leads.")
    { LeaderUrl = node.LeaderUrl };

    /// <summary>It was replaced, and is about to follow.</summary>
    public static ProblemException AnyMore(Node node, string why) => new(StatusCodes.Status403Forbidden,
        $"The node “{node.Id}” does not lead any more: {why}{(node.LeaderUrl is { } url ? $" The leader is at {url}." : " This node does not know yet who leads.")}")
    { LeaderUrl = node.LeaderUrl };
}

internal static class FieldProblem
{
    /// <exception cref="ProblemException">Something was wrong with the fields: 413 where only a value is too large, else 400.</exception>
    public static void ThrowIfWrong(this JsonFields fields)
    {
        if (fields.Errors.Count == 0) return;
        var problem = ProblemException.BadFields(fields.Errors);
        throw fields.IsOnlyTooLarge
            ? new ProblemException(StatusCodes.Status413PayloadTooLarge, problem.Message, problem.Fields)
            : problem;
    }
}
