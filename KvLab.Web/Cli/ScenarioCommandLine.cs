using System.Collections.Immutable;
using System.Globalization;
using KvLab.Core.Scenarios;
using KvLab.Core.Wire;
using KvLab.Web.Scenarios;

namespace KvLab.Web.Cli;

/// <summary>
/// <c>scenario crash-and-catch-up</c> behind the program's name: starts a cluster of its own, plays one scenario (or a file) on it, and prints each step as it is done.
/// </summary>
internal static class ScenarioCommandLine
{
    public const int Passed = 0;
    public const int Failed = 1;

    private static string Usage => $"""
        usage: scenario NAME|FILE|all [--followers N]
        names: {string.Join(", ", ScenarioLibrary.All.Select(s => s.Name))}
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [] or ["--help"])
        {
            Console.Error.WriteLine(Usage);
            return OwnLab.WrongArguments;
        }

        if (OwnLab.Options(args[1..], Usage) is not { } options) return OwnLab.WrongArguments;
        if (options.Keys.FirstOrDefault(o => !o.Equals("followers", StringComparison.OrdinalIgnoreCase)) is { } unknown)
        {
            Console.Error.WriteLine($"--{Unseen.Shown(unknown)} is not known.\n{Usage}");
            return OwnLab.WrongArguments;
        }

        if (Read(args[0]) is not { } scenarios) return OwnLab.WrongArguments;
        return await OwnLab.RunAsync(options.GetValueOrDefault("followers", "5"), services => PlayAsync(services.GetRequiredService<ScenarioService>(), scenarios), stores: false);
    }

    private static ImmutableArray<Scenario>? Read(string name)
    {
        if (name == "all") return ScenarioLibrary.All;
        if (ScenarioLibrary.Find(name) is { } known) return [known];
        try
        {
            if (File.Exists(name)) return [Scenario.Parse(File.ReadAllText(name), Path.GetFileNameWithoutExtension(name))];
            Console.Error.WriteLine($"{Unseen.Shown(name)} is neither a scenario nor a file.\n{Usage}");
        }
        catch (ScenarioSyntaxException wrong)
        {
            foreach (var error in wrong.Errors) Console.Error.WriteLine(Unseen.Shown(error.Message));
        }

        return null;
    }

    private static async Task<int> PlayAsync(ScenarioService service, IReadOnlyList<Scenario> scenarios)
    {
        var outcome = Passed;
        string? running = null;
        var interrupted = false;
        OwnLab.OnInterrupt(() =>
        {
            interrupted = true;
            if (running is not null) service.Scenarios.Cancel(running);
        });
        foreach (var scenario in scenarios)
        {
            if (interrupted) return OwnLab.Interrupted;
            Console.WriteLine($"\n{Unseen.Shown(scenario.Title)}");
            var printed = 0;
            using var listening = service.Scenarios.Listen(run => printed = Print(run, printed));
            running = service.Start(scenario).Id;
            var done = await service.Scenarios.WhenDoneAsync(running);
            Console.WriteLine($"{done.State.ToString().ToLowerInvariant()}: {done.Held} of {done.Expectations} expectations held{(done.Problem is null ? "" : $". {done.Problem}")}");
            if (done.State != ScenarioState.Passed) outcome = Failed;
        }

        return outcome;
    }

    /// <summary>Prints the steps that are done and not yet printed.</summary>
    private static int Print(ScenarioRun run, int printed)
    {
        while (printed < run.Steps.Length && run.Steps[printed] is { State: StepState.Ok or StepState.Failed } step)
        {
            var mark = step switch { { State: StepState.Failed } => "✗", { IsExpectation: true } => "✓", _ => "·" };
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step.AtMs,8:0} ms {mark} {Unseen.Shown(step.Text)}{(step.Note is null ? "" : $"   → {Unseen.Shown(step.Note)}")}"));
            printed++;
        }

        return printed;
    }
}
