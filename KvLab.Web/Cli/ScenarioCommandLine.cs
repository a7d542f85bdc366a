using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using KvLab.Core.Wire;
using KvLab.Web.Scenarios;

namespace KvLab.Web.Cli;

/// <summary>
/// <c>scenario crash-and-catch-up</c> behind the program's name: starts a cluster of its own, plays one scenario (or a file) on it, and prints each step as it is done.
/// With <c>--simulate</c> the cluster is in this process, in virtual time.
/// </summary>
internal static class ScenarioCommandLine
{
    public const int Passed = 0;
    public const int Failed = 1;

    private static string Usage => $"""
        usage: scenario NAME|FILE|all [--followers N] [--simulate] [--seed N]
        --simulate: in the simulator, in virtual time; no node is started and no port is used. --seed: the seed of every random choice in the simulation; 1 by default
        names: {string.Join(", ", ScenarioLibrary.All.Select(s => s.Name))}
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [] or ["--help"])
        {
            Console.Error.WriteLine(Usage);
            return OwnLab.WrongArguments;
        }

        var simulate = OwnLab.Take(ref args, Simulator.Switch);
        if (args is [] || OwnLab.Options(args[1..], Usage) is not { } options) return OwnLab.WrongArguments;
        var followers = Take("followers") ?? "5";
        var seed = simulate ? Take("seed") : null;
        if (options.Keys.FirstOrDefault() is { } unknown)
        {
            Console.Error.WriteLine($"--{Unseen.Shown(unknown)} is not known{(unknown == "seed" ? $" without {Simulator.Switch}" : "")}.\n{Usage}");
            return OwnLab.WrongArguments;
        }

        if (Read(args[0]) is not { } scenarios) return OwnLab.WrongArguments;
        if (simulate) return await SimulateAsync(scenarios, followers, seed);
        return await OwnLab.RunAsync(followers, services => PlayAsync(services.GetRequiredService<ScenarioService>(), scenarios), stores: false);

        string? Take(string name)
        {
            options.Remove(name, out var value);
            return value;
        }
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
        string? running = null;
        return await PlayAsync(scenarios, async (scenario, onChange) =>
        {
            using var listening = service.Scenarios.Listen(onChange);
            running = service.Start(scenario).Id;
            return await service.Scenarios.WhenDoneAsync(running);
        }, () =>
        {
            if (running is not null) service.Scenarios.Cancel(running);
        });
    }

    /// <summary>The same on clusters in this process, on this thread, one for each scenario.</summary>
    private static async Task<int> SimulateAsync(IReadOnlyList<Scenario> scenarios, string followers, string? seed)
    {
        var errors = new FieldErrors();
        var (count, number) = (Simulator.FollowersOf(followers, errors), Simulator.SeedOf(seed, errors));
        if (errors.Any)
        {
            foreach (var error in errors.All) Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine(Usage);
            return OwnLab.WrongArguments;
        }

        using var cancel = new CancellationTokenSource();
        var (began, virtually) = (Stopwatch.GetTimestamp(), TimeSpan.Zero);
        var outcome = await PlayAsync(scenarios, (scenario, onChange) =>
        {
            var (run, lasted) = SimulatedStory.Run(scenario, count, number, scenario.Name, TimeProvider.System, onChange, cancel.Token);
            virtually += lasted;
            return Task.FromResult(run);
        }, cancel.Cancel);
        Console.WriteLine();
        Simulator.Say(number, virtually, Stopwatch.GetElapsedTime(began));
        return outcome;
    }

    private static async Task<int> PlayAsync(IReadOnlyList<Scenario> scenarios, Func<Scenario, Action<ScenarioRun>, Task<ScenarioRun>> play, Action cancel)
    {
        var outcome = Passed;
        var interrupted = false;
        OwnLab.OnInterrupt(() =>
        {
            interrupted = true;
            cancel();
        });
        foreach (var scenario in scenarios)
        {
            if (interrupted) return OwnLab.Interrupted;
            Console.WriteLine($"\n{Unseen.Shown(scenario.Title)}");
            var printed = 0;
            var done = await play(scenario, run => printed = Print(run, printed));
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
