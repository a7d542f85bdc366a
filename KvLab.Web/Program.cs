using KvLab.Web.Cli;
using KvLab.Web.Hosting;
using KvLab.Web.Options;

namespace KvLab.Web;

internal static class Program
{
    private const int CannotStart = 1;
    private const int WrongOptions = 2;

    /// <summary>Itself and its connections to fifteen nodes; each of those needs a good many of its own.</summary>
    private const int FewestOpenFiles = 512;

    private static async Task<int> Main(string[] args)
    {
        if (Core.Configuration.OpenFiles.TooFew("KvLab", FewestOpenFiles) is { } tooFew)
        {
            Console.Error.WriteLine(tooFew);
            return CannotStart;
        }

        if (args is ["--help" or "-h" or "help"])
        {
            Console.WriteLine(CommandLine.Usage);
            return 0;
        }

        if (CommandLine.UnknownCommand(args) is { } unknown)
        {
            Console.Error.WriteLine(unknown);
            return WrongOptions;
        }

        // No file of the configuration is read again, so none needs to be watched: each watch counts against a limit of the user's (inotify).
        if (Environment.GetEnvironmentVariable(ReloadFiles) is null) Environment.SetEnvironmentVariable(ReloadFiles, "false");
        try
        {
            return args switch
            {
                ["experiment", .. var experiment] => await ExperimentCommand.RunAsync(experiment),
                ["lesson", .. var lesson] => LessonCommandLine.Run(lesson),
                ["scenario", .. var scenario] => await ScenarioCommandLine.RunAsync(scenario),
                ["chaos", .. var chaos] => await ChaosCommandLine.RunAsync(chaos),
                ["recording", .. var recording] => await RecordingCommandLine.RunAsync(recording),
                ["simulate", .. var simulate] => SimulateCommandLine.Run(simulate),
                _ => await RunAsync(args),
            };
        }
        catch (InvalidOptionsException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return WrongOptions;
        }
        catch (OperationCanceledException)
        {
            // Asked to end (SIGTERM, Ctrl+C) before it was ready.
            return 0;
        }
        catch (Exception failure)
        {
            Console.Error.WriteLine(StartFailure.Explain(failure));
            return CannotStart;
        }
    }

    private const string ReloadFiles = "DOTNET_hostBuilder__reloadConfigOnChange";

    private static async Task<int> RunAsync(string[] args)
    {
        await using var host = WebHost.Create(args);
        try
        {
            await host.RunAsync();
            return 0;
        }
        catch (IOException failure)
        {
            // Known only here: all the addresses, of which the failure names the first that is taken.
            Console.Error.WriteLine(StartFailure.Explain(failure, host.ConfiguredUrls));
            return CannotStart;
        }
    }
}
