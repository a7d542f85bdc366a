using Microsoft.AspNetCore.Components.Web;

namespace KvLab.Web.Components.Parts;

/// <summary>A double click is one wish: the browser counts the clicks of one hand movement, and whoever carries out a command takes the first.</summary>
public static class Presses
{
    /// <summary>The second click of a double click, or a later one. A key, a script and a test have no count.</summary>
    public static bool IsAgain(this MouseEventArgs e) => e.Detail > 1;
}

/// <summary>Commands of one panel that are being carried out: pressed again meanwhile, they are not given again.</summary>
public sealed class Underway
{
    private readonly HashSet<object> _commands = [];

    /// <param name="what">What tells this command from the others of the panel.</param>
    public async Task OnceAsync(object what, Func<Task> command)
    {
        if (!_commands.Add(what)) return;
        try
        {
            await command();
        }
        finally
        {
            _commands.Remove(what);
        }
    }
}
