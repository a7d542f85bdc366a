using KvLab.Bench.Clusters;
using KvLab.Bench.Micro;
using KvLab.Bench.Verbs;
using KvLab.Bench.Viewers;

namespace KvLab.Bench;

/// <summary>Measures KvLab and what it is compared with. Linux only: it reads other processes' CPU time and starts them through <c>sh</c>.</summary>
internal static class Program
{
    private const int CannotMeasure = 1;
    private const int WrongOptions = 2;

    private static readonly Dictionary<string, (string What, Func<Arguments, Task> RunAsync)> Verbs = new()
    {
        ["load"] = ("writes against something that runs already", LoadVerb.RunAsync),
        ["kvlab"] = ("writes against a lab of its own: rate, latency, CPU per write and role", KvLabVerb.RunAsync),
        ["viewers"] = ("open pages under a steady load: event to picture, renders, bytes, CPU", ViewersVerb.RunAsync),
        ["map"] = ("the map in a browser: pictures a second, how far behind, what feeding it costs", MapVerb.RunAsync),
        ["timeline"] = ("the diagram in a browser: pan and zoom over a recording (--file), how far behind it follows", TimelineVerb.RunAsync),
        ["follow"] = ("how far behind the diagram follows at 10,000 writes/s, without a browser", FollowVerb.RunAsync),
        ["press"] = ("the simulator in a browser: from a press to its picture", PressVerb.RunAsync),
        ["recording"] = ("what recording costs nodes and dashboard", RecordingVerb.RunAsync),
        ["events"] = ("a dashboard that hears millions of events: memory, and whether the page still answers", EventsVerb.RunAsync),
        ["plain"] = ("the same against a plain .NET design", PlainVerb.RunAsync),
        ["compare"] = ("KvLab and its anchors in turn: ratios with their spread", CompareVerb.RunAsync),
        ["fidelity"] = ("measured latency against the exact one, W = 1 ... 5", FidelityVerb.RunAsync),
        ["telemetry"] = ("what reporting to a dashboard costs", TelemetryVerb.RunAsync),
        ["flood"] = ("whether events are lost at full speed, and the memory that takes", FloodVerb.RunAsync),
        ["start"] = ("time until the lab can be used, memory when it idles", StartVerb.RunAsync),
        ["burst"] = ("bursts of the page against the load generator", BurstVerb.RunAsync),
        ["growth"] = ("cost over followers, keys, size of values", GrowthVerb.RunAsync),
        ["replay"] = ("a recording (--file): until it is open, and until any of its moments is shown", ReplayVerb.RunAsync),
        ["simulator"] = ("a cluster whose clock somebody holds: a step, going back at the end of a long path, memory", SimulatorVerb.RunAsync),
        ["micro"] = ("the hot pieces one by one: apply, quorum, events, ingest, snapshot", MicroVerb.RunAsync),
        [PlainNode.Verb] = ("one node of the plain design", PlainNode.RunAsync),
    };

    private static async Task<int> Main(string[] args)
    {
        if (args is not [var verb, .. var options] || !Verbs.TryGetValue(verb, out var chosen))
        {
            foreach (var (name, (what, _)) in Verbs) Console.Error.WriteLine($"  {name,-12}{what}");
            return WrongOptions;
        }

        try
        {
            await chosen.RunAsync(new Arguments(options));
            return 0;
        }
        catch (ArgumentException wrong)
        {
            Console.Error.WriteLine(wrong.Message);
            return WrongOptions;
        }
        catch (BenchException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return CannotMeasure;
        }
    }
}

/// <summary>Something that is needed for a measurement is not there or did not start; the message is for people.</summary>
internal sealed class BenchException(string message) : Exception(message);
