using KvLab.Web.Experiments;
using KvLab.Web.Scenarios;
using KvLab.Web.Supervision;

namespace KvLab.Web;

internal static class Program
{
    private const int CannotStart = 1;
    private const int WrongOptions = 2;

    private static async Task<int> Main(string[] args)
    {
        if (args is ["experiment", .. var experiment]) return await ExperimentCommand.RunAsync(experiment);
        if (args is ["scenario", .. var scenario]) return await ScenarioCommandLine.RunAsync(scenario);
        if (args is ["chaos", .. var chaos]) return await ChaosCommandLine.RunAsync(chaos);
        try
        {
            await using var host = WebHost.Create(args);
            await host.RunAsync();
            return 0;
        }
        catch (InvalidOptionsException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return WrongOptions;
        }
        catch (Exception failure) when (failure is IOException or FileNotFoundException)
        {
            Console.Error.WriteLine($"KvLab cannot start: {failure.Message} Another address: --urls http://127.0.0.1:5081");
            return CannotStart;
        }
    }
}
