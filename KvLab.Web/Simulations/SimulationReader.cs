using KvLab.Core.Control;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Scenarios;
using KvLab.Core.Settings;
using KvLab.Core.Simulator;
using KvLab.Core.Simulator.Mutants;
using KvLab.Web.Experiments;
using KvLab.Web.Problems;
using KvLab.Web.Replays;

namespace KvLab.Web.Simulations;

/// <summary>What a simulation begins with, as scripts write it: nothing, settings, a story, an experiment's plan, a moment of a recording, or the link of another one.</summary>
public sealed class SimulationReader(IRecordedStreams recordings)
{
    /// <summary>As a lab begins.</summary>
    private const int Followers = 5;

    private static readonly string[] Names = ["followers", "seed", "settings", "bug", "story", "plan", "recording", "at", "for", "path"];

    public (SimulationPlan Plan, IReadOnlyList<PathStep> Path) Read(JsonFields fields)
    {
        fields.AllowOnly(Names);
        foreach (var whole in (string[])["path", "recording"])
            if (fields.Has(whole) && Names.Where(n => n != whole && !(whole == "recording" && n is "at" or "for")).Any(fields.Has))
                fields.Add(whole, "describes the whole simulation: nothing else can be given beside it.");
        if (fields.Has("story") && fields.Has("plan")) fields.Add("story", "or plan can be given, and not both.");
        if (!fields.Has("recording") && (fields.Has("at") || fields.Has("for"))) fields.Add("recording", "must be given if at or for is given.");
        if (fields.Errors.Count > 0) return (SimulationPlan.Standard, []);
        if (fields.Text("path") is { } link) return SimulationStore.Read(link);
        if (fields.Text("recording") is { } recording) return (Of(recording, fields), []);
        var begin = fields.Text("story") is { } story ? OfStory(story, fields) : fields.Object("plan") is { } plan ? OfPlan(PlanReader.Read(plan), fields) : SimulationPlan.Standard;
        var (followers, seed) = (fields.Int("followers"), fields.Int("seed"));
        var settings = fields.Object("settings") is { } given ? LiveSettingsPatch.Read(given).ApplyTo(begin.Settings) : begin.Settings;
        return (begin with { Followers = followers ?? begin.Followers, Seed = seed ?? begin.Seed, Settings = settings with { Seed = seed ?? settings.Seed }, Bug = SimulationBug.Read(fields.Object("bug")) }, []);
    }

    /// <summary>Where a story begins, with its lines to be done one after the other.</summary>
    public static SimulationPlan Of(Scenario story) => new(Followers, 1, ScenarioRunner.Beginning with { Seed = 1 }) { Script = Script.Of(story) };

    private static SimulationPlan OfStory(string name, JsonFields fields)
    {
        if (ScenarioLibrary.Find(name) is { } story) return Of(story);
        fields.Add("story", $"must be one of {string.Join(", ", ScenarioLibrary.All.Select(s => s.Name))}.");
        return SimulationPlan.Standard;
    }

    private static SimulationPlan OfPlan(ExperimentPlan plan, JsonFields fields)
    {
        var wrong = plan.Validate(Followers);
        foreach (var error in wrong) fields.Add("plan", error.Message);
        if (wrong.Count > 0) return SimulationPlan.Standard;
        try
        {
            var first = plan.Points(Followers)[0];
            return new SimulationPlan(first.Followers, (int)Math.Clamp(plan.Seed, 0, int.MaxValue), first.Settings) { Script = Script.Of(plan) };
        }
        catch (ControlException refused)
        {
            fields.Add("plan", refused.Message);
            return SimulationPlan.Standard;
        }
    }

    private SimulationPlan Of(string recording, JsonFields fields)
    {
        var (at, length) = (fields.Number("at") ?? 0, fields.Number("for") ?? RecordedStretch.StandardMs);
        if (at < 0) fields.Add("at", "must be at least 0: ms since the recording began.");
        if (length is < 0 or > RecordedStretch.LongestMs) fields.Add("for", $"must be from 0 to {RecordedStretch.LongestMs} ms.");
        return fields.Errors.Count > 0 ? SimulationPlan.Standard : Of(recording, at, length);
    }

    /// <param name="atMs">Since the recording began.</param>
    /// <param name="lengthMs">Writes of this time after it are offered again.</param>
    /// <exception cref="CommandException">404: there is no such recording; 400: nothing can go on from there.</exception>
    public SimulationPlan Of(string recording, double atMs, double lengthMs = RecordedStretch.StandardMs)
    {
        using var open = recordings.Find(recording, "recording");
        if (open.Stream.First is not { } first) throw new CommandException(StatusCodes.Status404NotFound, "Nothing is recorded yet.", [new("recording", "Nothing is recorded yet.")]);
        try
        {
            return RecordedStretch.PlanOf(open.Stream, new RecordedMoment(atMs, null).ObserverMs(first), lengthMs, $"{open.Name} at {ReplayTime.Write(atMs)}");
        }
        catch (ControlException refused)
        {
            throw new CommandException(StatusCodes.Status400BadRequest, refused.Message, [new("at", refused.Message)], refused);
        }
    }
}
