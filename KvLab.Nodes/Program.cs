using KvLab.Core.Storage;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Lifetime;

namespace KvLab.Nodes;

internal static class Program
{
    private const int WrongConfiguration = 2;
    private const int CannotStart = 1;

    private const string InlineSockets = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private static async Task<int> Main(string[] args)
    {
        // What a socket brings is dealt with by the thread that waits for sockets. Waking one of the pool, at each hop of a write, was a third of what the lab adds to the delays
        // that it simulates. No store blocks such a thread: commits run on the pool. The runtime reads this when the first socket is made.
        if (Environment.GetEnvironmentVariable(InlineSockets) is null) Environment.SetEnvironmentVariable(InlineSockets, "1");
        var options = NodeOptionsReader.Read(args, Environment.GetEnvironmentVariable, out var errors);
        if (options is null)
        {
            Console.Error.WriteLine($"KvLab node: {errors.Count} {(errors.Count == 1 ? "setting is" : "settings are")} wrong.");
            foreach (var error in errors) Console.Error.WriteLine($"  {error.Message}");
            return WrongConfiguration;
        }

        if (options.WatchParent) ParentWatch.Start();
        using var outlived = FileLimit.Outlive();
        await using var host = new NodeHost(options);
        try
        {
            await host.StartAsync();
        }
        catch (IOException failure)
        {
            Console.Error.WriteLine($"KvLab {options.Role.Name()} {options.NodeId} cannot listen on port {options.Port}: {failure.Message}");
            return CannotStart;
        }
        catch (StoreException failure)
        {
            Console.Error.WriteLine($"KvLab {options.Role.Name()} {options.NodeId} cannot use its storage: {failure.Message}");
            return CannotStart;
        }

        await host.RunAsync(ready: () => Console.WriteLine($"KvLab {options.Role.Name()} {options.NodeId} ready on {host.Url}"));
        return 0;
    }
}
