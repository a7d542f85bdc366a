using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Wire;
using KvLab.Web.Lessons;

namespace KvLab.Web.Cli;

/// <summary><c>lesson quorum-and-latency --simulate</c> behind the program's name: plays every run of a lesson (or of a file, or of all) in the simulator, and says what does not hold.</summary>
internal static class LessonCommandLine
{
    public const int Passed = 0;
    public const int Failed = 1;

    private static string Usage => $"""
        usage: lesson NAME|FILE|all {Simulator.Switch} [--seed N]
        Plays every run of the lesson in the simulator, in every variant, and checks what the lesson claims. --seed N: the seed of every random choice in the simulation, 1 by default
        names: {string.Join(", ", LessonLibrary.All.Select(l => l.Name))}
        """;

    public static int Run(string[] args)
    {
        var simulate = OwnLab.Take(ref args, Simulator.Switch);
        if (args is [] or ["--help"] || OwnLab.Options(args[1..], Usage) is not { } options)
        {
            if (args is [] or ["--help"]) Console.Error.WriteLine(Usage);
            return OwnLab.WrongArguments;
        }

        var errors = new FieldErrors();
        options.Remove("seed", out var text);
        var seed = Simulator.SeedOf(text, errors);
        errors.Require(simulate, "simulate", $"{Simulator.Switch} is missing: lessons are checked in the simulator.");
        foreach (var unknown in options.Keys) errors.Add(unknown, $"--{Unseen.Shown(unknown)} is not known.");
        foreach (var error in errors.All) Console.Error.WriteLine(error.Message);
        if (errors.Any) Console.Error.WriteLine(Usage);
        if (errors.Any || Read(args[0]) is not { } lessons) return OwnLab.WrongArguments;

        var failed = 0;
        foreach (var lesson in lessons)
        {
            Console.WriteLine($"\n{Unseen.Shown(lesson.Title)}");
            foreach (var claim in LessonCheck.Of(lesson, seed, TimeProvider.System))
            {
                if (!claim.Holds) failed++;
                Console.WriteLine($"{(claim.Holds ? "✓" : "✗")} {claim.What}{(claim.Variant.Length > 0 ? $" ({claim.Variant})" : "")}: {Unseen.Shown(claim.Found)}");
            }
        }

        Console.WriteLine(failed == 0 ? "\nEvery claim holds." : $"\n{failed} {(failed == 1 ? "claim does" : "claims do")} not hold.");
        return failed == 0 ? Passed : Failed;
    }

    private static ImmutableArray<Lesson>? Read(string name)
    {
        if (name == "all") return LessonLibrary.All;
        if (LessonLibrary.Find(name) is { } known) return [known];
        try
        {
            if (File.Exists(name)) return [Lesson.Parse(File.ReadAllText(name), Path.GetFileNameWithoutExtension(name))];
            Console.Error.WriteLine($"{Unseen.Shown(name)} is neither a lesson nor a file.\n{Usage}");
        }
        catch (LessonSyntaxException wrong)
        {
            foreach (var error in wrong.Errors) Console.Error.WriteLine(Unseen.Shown(error.Message));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(Unseen.Shown($"{name} cannot be read: {unreadable.Message}"));
        }

        return null;
    }
}
