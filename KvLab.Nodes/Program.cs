using System.Net.Sockets;
using KvLab.Core.Configuration;
using KvLab.Core.Storage;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Lifetime;
using KvLab.Nodes.Options;
using KvLab.Nodes.Storage;
using Microsoft.AspNetCore.Connections;

namespace KvLab.Nodes;

internal static class Program
{
    private const int WrongConfiguration = 2;
    private const int CannotStart = 1;
    private const int FewestOpenFiles = 256;

    /// <summary>Whoever started it can choose another port and try again.</summary>
    private const int PortTaken = 3;

    private const string InlineSockets = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    private static async Task<int> Main(string[] args)
    {
        if (OpenFiles.TooFew("KvLab node", FewestOpenFiles) is { } tooFew)
        {
            Console.Error.WriteLine(tooFew);
            return CannotStart;
        }

        // What a socket brings is dealt with by the thread that waits for sockets. Waking one of the pool, at each hop of a write, was a third of what the lab adds to the delays
        // that it simulates. No store blocks such a thread: commits run on the pool. The runtime reads this when the first socket is made.
        if (Environment.GetEnvironmentVariable(InlineSockets) is null) Environment.SetEnvironmentVariable(InlineSockets, "1");
        var checks = args is [StorageCheck.Argument];
        var options = NodeOptionsReader.Read(checks ? [] : args, Environment.GetEnvironmentVariable, out var wrong);
        FieldError[] errors = [.. wrong, .. NodeOptionsReader.Misspellings(Environment.GetEnvironmentVariables().Keys.Cast<string>())];
        if (options is null || errors.Length > 0)
        {
            if (!checks) Console.Error.WriteLine($"KvLab node: {errors.Length} {(errors.Length == 1 ? "setting is" : "settings are")} wrong.");
            foreach (var error in errors) Console.Error.WriteLine($"  {error.Message}");
            return WrongConfiguration;
        }

        if (checks) return await StorageCheck.RunAsync(options.Storage, options.Lab, options.NodeId);
        if (options.WatchParent) ParentWatch.Start();
        using var outlived = FileLimit.Outlive();
        await using var host = new NodeHost(options);
        try
        {
            await host.StartAsync();
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            Console.Error.WriteLine($"KvLab node {options.NodeId} cannot listen on port {options.Port}: another program uses it.");
            return PortTaken;
        }
        catch (OperationCanceledException)
        {
            // Asked to end before it listened.
            return 0;
        }
        catch (SocketException failure)
        {
            Console.Error.WriteLine($"KvLab node {options.NodeId} cannot listen on {options.Host}:{options.Port}: {failure.SocketErrorCode switch
            {
                SocketError.AccessDenied => "ports below 1024 need another user's rights; choose a higher one",
                SocketError.AddressNotAvailable => "this machine has no such address",
                _ => failure.Message,
            }}.");
            return CannotStart;
        }
        catch (IOException failure)
        {
            Console.Error.WriteLine($"KvLab node {options.NodeId} cannot listen on port {options.Port}: {failure.Message}");
            return CannotStart;
        }
        catch (StoreException failure)
        {
            Console.Error.WriteLine($"KvLab node {options.NodeId} cannot use its storage: {failure.Message}");
            return CannotStart;
        }

        try
        {
            await host.RunAsync(ready: () => Console.WriteLine($"KvLab node {options.NodeId} ({options.Role.Name()}) is ready on {host.Url}"));
            return 0;
        }
        catch (StoreException failure)
        {
            // Found only when all of it was read.
            Console.Error.WriteLine($"KvLab node {options.NodeId} cannot use its storage: {failure.Message}");
            return CannotStart;
        }
    }
}
