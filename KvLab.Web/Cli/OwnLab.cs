using KvLab.Web.Experiments;
using KvLab.Web.Hosting;
using KvLab.Web.Problems;

namespace KvLab.Web.Cli;

/// <summary>What commands on the command line share: options, and a cluster of their own that ends with them.</summary>
internal static class OwnLab
{
    public const int WrongArguments = 2;

    /// <summary>The data folder cannot be used, or another lab has it.</summary>
    public const int CannotStore = 3;

    /// <summary>As shells say of what SIGINT ended.</summary>
    public const int Interrupted = 130;

    /// <summary>Reads <c>--name value</c> pairs.</summary>
    /// <returns>Null when one is no pair; that was said.</returns>
    public static Dictionary<string, string>? Options(IReadOnlyList<string> args, string usage)
    {
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Count; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 >= args.Count)
            {
                Console.Error.WriteLine($"expected --NAME VALUE, but found {args[i]}.\n{usage}");
                return null;
            }

            options[args[i][2..]] = args[i + 1];
        }

        return options;
    }

    /// <summary>Takes a word that needs no value off the line.</summary>
    /// <returns>Whether it was there.</returns>
    public static bool Take(ref string[] args, string word)
    {
        var rest = args.Where(a => !a.Equals(word, StringComparison.OrdinalIgnoreCase)).ToArray();
        var given = rest.Length < args.Length;
        args = rest;
        return given;
    }

    /// <summary>Whether results can be written there, asked before they cost anything; why not is said.</summary>
    public static bool CanWriteTo(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".kvlab-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return true;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"Nothing was run: results cannot be written to {Path.GetFullPath(folder)} ({cause.Message.TrimEnd('.')}). Choose another folder: --out FOLDER");
            return false;
        }
    }

    /// <param name="stores">Whether it needs the data folder; then nothing is started without.</param>
    public static async Task<int> RunAsync(string followers, Func<IServiceProvider, Task<int>> work, bool stores, params string[] more)
    {
        try
        {
            await using var host = WebHost.Create(["--urls", "http://127.0.0.1:0", "--Cluster:Followers", followers, "--Cluster:BasePort", "0", .. more]);
            if (stores && host.Services.GetRequiredService<RunStore>() is { CanWrite: false } store)
            {
                Console.Error.WriteLine(store.Problem);
                return CannotStore;
            }

            await host.StartAsync();
            await host.Ready;
            var outcome = await work(host.Services);
            await host.StopAsync();
            return outcome;
        }
        catch (CommandException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return wrong.Status >= StatusCodes.Status500InternalServerError ? CannotStore : WrongArguments;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("The run was interrupted.");
            return Interrupted;
        }
    }

    /// <summary>The first Ctrl+C ends the run, not the program: the nodes are put back and ended in order. The second ends the program, and the nodes with it.</summary>
    public static void OnInterrupt(Action cancel)
    {
        var asked = 0;
        Console.CancelKeyPress += (_, e) =>
        {
            // The host takes every Ctrl+C for itself, so the second must end the program in so many words.
            if (Interlocked.Increment(ref asked) > 1) Environment.Exit(Interrupted);
            e.Cancel = true;
            try
            {
                cancel();
            }
            catch (CommandException)
            {
                // It has ended by itself just now.
            }
        };
    }
}
