using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Wire;

namespace KvLab.Web.Cli;

/// <summary>What commands share that can run in the simulator.</summary>
internal static class Simulator
{
    /// <summary>Runs in this process instead of on nodes.</summary>
    public const string Switch = "--simulate";

    public static int FollowersOf(string text, FieldErrors errors)
    {
        var right = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var followers) && followers is >= 1 and <= ExperimentPlan.MostFollowers;
        errors.Require(right, "followers", $"followers must be a whole number from 1 to {ExperimentPlan.MostFollowers}, but is \"{Unseen.Shown(ErrorText.Short(text))}\".");
        return followers;
    }

    /// <param name="text">Null: 1.</param>
    public static long SeedOf(string? text, FieldErrors errors)
    {
        if (text is null) return 1;
        var right = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed);
        errors.Require(right, "seed", $"seed must be a whole number, but is \"{Unseen.Shown(ErrorText.Short(text))}\".");
        return seed;
    }

    public static void Say(long seed, TimeSpan lasted, TimeSpan took) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"simulated: virtual time, seed {seed}; {lasted.TotalSeconds:0.0} s of virtual time took {took.TotalSeconds:0.00} s ({lasted / took:0} times real time)"));
}
