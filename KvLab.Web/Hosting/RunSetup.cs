using KvLab.Core.Chaos;
using KvLab.Core.Experiments;
using KvLab.Core.Scenarios;
using KvLab.Web.Commands;
using KvLab.Web.Drills;
using KvLab.Web.Runs;

namespace KvLab.Web.Hosting;

/// <summary>One registry, and a book for each kind of run.</summary>
internal static class RunSetup
{
    public static void AddRuns(this IServiceCollection services)
    {
        services.AddSingleton<RunRegistry>();
        services.AddBook<Burst>(RunSort.Burst);
        services.AddBook<Drill>(RunSort.Drill);
        services.AddBook<ScenarioRun>(RunSort.Scenario);
        services.AddBook<ChaosReport>(RunSort.Chaos);
        services.AddBook<ExperimentRun>(RunSort.Experiment);
    }

    private static void AddBook<T>(this IServiceCollection services, RunSort sort) where T : class =>
        services.AddSingleton(provider => new RunBook<T>(provider.GetRequiredService<RunRegistry>(), sort));
}
