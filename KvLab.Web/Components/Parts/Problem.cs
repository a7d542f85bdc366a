using KvLab.Core.Wire;
using KvLab.Web.Problems;

namespace KvLab.Web.Components.Parts;

/// <summary>An error as people need it: what happened, what was kept, what to try.</summary>
public sealed record Problem(string Happened, string Kept, string Try)
{
    /// <summary>It may repeat what somebody typed.</summary>
    public string Happened { get; init; } = Unseen.Shown(Happened);

    /// <param name="kept">What is still as it was.</param>
    /// <param name="otherwise">What to try when the cause gives no better advice.</param>
    public static Problem Of(Exception e, string kept, string otherwise) => e switch
    {
        CommandException { Fields.Count: > 0 } invalid => new(string.Join(" ", invalid.Fields.Select(f => f.Message)), kept, "Correct the value, then retry."),
        // Nobody knows whether it took effect, so nothing may be promised.
        CommandException { Status: StatusCodes.Status504GatewayTimeout } => new(e.Message, "", otherwise),
        _ => new(e.Message, kept, otherwise),
    };

    /// <inheritdoc cref="Of"/>
    /// <returns>Null where the command was done.</returns>
    public static async Task<Problem?> OfAsync(Func<Task> command, string kept, string otherwise)
    {
        try
        {
            await command();
            return null;
        }
        catch (CommandException e)
        {
            return Of(e, kept, otherwise);
        }
    }
}
