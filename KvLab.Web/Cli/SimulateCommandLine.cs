using KvLab.Core.Configuration;
using KvLab.Core.Simulation;
using KvLab.Core.Wire;

namespace KvLab.Web.Cli;

/// <summary><c>simulate --seed 7 --hash</c> behind the program's name: plays one fixed run in virtual time and prints its fingerprint. The same seed gives the same line.</summary>
internal static class SimulateCommandLine
{
    public const int Passed = 0;

    private const string HashSwitch = "--hash";

    private static readonly string Usage = $"""
        usage: simulate [--seed N] --hash
        Plays {SeededRun.Writes} writes with delays, losses, a partition, two kills and a failover in the simulator, and prints the SHA-256 of all its events.
        The same seed always gives the same run, with the same hash, in every process. --seed N: the seed, 1 by default
        """;

    public static int Run(string[] args)
    {
        var hash = OwnLab.Take(ref args, HashSwitch);
        if (OwnLab.Options(args, Usage) is not { } options) return OwnLab.WrongArguments;
        options.Remove("seed", out var text);
        var errors = new FieldErrors();
        var seed = Simulator.SeedOf(text, errors);
        errors.Require(hash, "hash", $"{HashSwitch} is missing.");
        foreach (var unknown in options.Keys) errors.Add(unknown, $"--{Unseen.Shown(unknown)} is not known.");
        if (errors.Any)
        {
            foreach (var error in errors.All) Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine(Usage);
            return OwnLab.WrongArguments;
        }

        Console.WriteLine(SeededRun.Hash(seed));
        return Passed;
    }
}
