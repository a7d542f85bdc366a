using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Wire;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Csv;
using KvLab.Web.Experiments;
using KvLab.Web.Reports;

namespace KvLab.Web.Cli;

/// <summary>
/// <c>experiment --preset current --out results/</c> behind the program's name: starts a cluster of its own, runs one plan on it, prints what it measures, and
/// writes everything as files. With <c>--simulate</c> the cluster is in this process, in virtual time.
/// </summary>
internal static class ExperimentCommand
{
    public const int Passed = 0;

    /// <summary>The run did not finish, or a check failed: replicas not equal after settling, writes without an answer, or a finding of severity error.</summary>
    public const int CheckFailed = 1;

    private const string Usage = """
        usage: experiment [--simulate] [--preset current|classic|seed|versioned-naive|storage-compared] [--out FOLDER] [--followers N] [--paper A4|Letter] [--report FILE] [--FIELD VALUE …]
        fields: name writes keys concurrency minDelayMs maxDelayMs distribution quorums (1,2,3) repetitions warmUpWrites seed versioning delivery
                replicationTimeoutMs calibrate settleMs sweep (axis:value;value)
        report: a JSON file with your own words, as POST /api/experiments/{id}/report takes them: title author members course labels hypothesis method figures
                answers conclusion paper
        --simulate: in the simulator, in virtual time; no node is started, no port is used, and the seed decides every random choice
        servers for a sweep over storage: --redis HOST:PORT,… --postgres //USER@HOST/DATABASE; data that this lab left there is deleted
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var simulate = OwnLab.Take(ref args, Simulator.Switch);
        if (OwnLab.Options(args, Usage) is not { } options) return OwnLab.WrongArguments;
        var folder = Take(options, "out") ?? "results";
        var followers = Take(options, "followers") ?? "5";
        var (paper, wordsFile) = (Take(options, "paper"), Take(options, "report"));
        string[] servers = [.. Server(options, "redis", "Storage:Redis"), .. Server(options, "postgres", "Storage:Postgres")];
        var errors = new FieldErrors();
        using var json = JsonObjectText.Parse(Encoding.UTF8.GetBytes(AsJson(options)), errors);
        var plan = (json is null ? new ExperimentPlan() : PlanReader.Read(new JsonFields(json.RootElement, errors))) with { Simulate = simulate };
        // Asked now, because the report is written when everything is measured.
        errors.Require(paper is null or "A4" or "Letter", "paper", $"paper must be A4 or Letter, but is \"{Unseen.Shown(ErrorText.Short(paper ?? ""))}\".");
        var report = Words(wordsFile, errors);
        if (paper is not null) report = report with { Paper = paper };
        var simulated = simulate ? Simulator.FollowersOf(followers, errors) : 0;
        if (simulate) errors.Require(servers.Length == 0, "simulate", $"{Simulator.Switch} uses no servers: leave out --redis and --postgres.");
        if (errors.All.Count > 0)
        {
            foreach (var error in errors.All) Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine(Usage);
            return OwnLab.WrongArguments;
        }

        if (!OwnLab.CanWriteTo(folder)) return OwnLab.WrongArguments;
        if (simulate) return Simulate(plan, simulated, folder, report);
        return await OwnLab.RunAsync(followers, services => RunAsync(services.GetRequiredService<ExperimentService>(), plan, folder, report), stores: true, servers);
    }

    private static string[] Server(Dictionary<string, string> options, string name, string setting) =>
        Take(options, name) is { } server ? [$"--{setting}={server}"] : [];

    /// <summary>A report's words from a file, by the reader that REST has.</summary>
    private static ReportRequest Words(string? file, FieldErrors errors)
    {
        if (file is null) return new ReportRequest();
        try
        {
            var bytes = File.ReadAllBytes(file);
            using var json = JsonObjectText.Parse(bytes, errors);
            if (json is null) return new ReportRequest();
            var words = ReportRequestReader.Read(new JsonFields(json.RootElement, errors));
            errors.Require(words.Runs.Count == 0, "runs", "runs must not be in the report file: the report always covers the run being measured.");
            errors.Require(words.Pictures.Count == 0, "pictures", "pictures must not be in the report file: pictures are taken on the page, and a run from the command line has no page.");
            return words;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            errors.Add("report", $"the report file {Unseen.Shown(ErrorText.Short(file))} cannot be read: {cause.Message}");
            return new ReportRequest();
        }
    }

    private static async Task<int> RunAsync(ExperimentService experiments, ExperimentPlan plan, string folder, ReportRequest report)
    {
        Announce(plan, $"about {(await experiments.EstimateAsync(plan)).TotalSeconds:0} s");
        using var listening = experiments.Listen(news =>
        {
            if (news.Run is { } run) Print(run);
        });
        var started = await experiments.StartAsync(plan);
        OwnLab.OnInterrupt(() => experiments.Cancel(started.Id));
        return Finish(await experiments.WhenDoneAsync(started.Id), folder, report);
    }

    /// <summary>The same on a cluster in this process, on this thread.</summary>
    private static int Simulate(ExperimentPlan plan, int followers, string folder, ReportRequest report)
    {
        if (plan.Validate(followers) is { Count: > 0 } wrong)
        {
            Console.Error.WriteLine(string.Join(" ", wrong.Select(e => e.Message)));
            return OwnLab.WrongArguments;
        }

        Announce(plan, $"about {DurationEstimate.Of(plan, followers).TotalSeconds:0} s of virtual time");
        using var cancel = new CancellationTokenSource();
        OwnLab.OnInterrupt(cancel.Cancel);
        var began = Stopwatch.GetTimestamp();
        var (run, lasted) = SimulatedExperiment.Run(plan, followers, ExperimentService.NewId(TimeProvider.System), ExperimentService.Here, TimeProvider.System, Print, cancel.Token);
        Simulator.Say(plan.Seed, lasted, Stopwatch.GetElapsedTime(began));
        return Finish(run, folder, report);
    }

    private static void Announce(ExperimentPlan plan, string howLong) =>
        Console.WriteLine($"{Unseen.Shown(plan.Name)}: {plan.PointCount} points of {plan.Writes} writes, {howLong}");

    private static int Finish(ExperimentRun run, string folder, ReportRequest report)
    {
        Console.WriteLine();
        PrintTable(run);
        Write(run, folder, report);
        Console.WriteLine($"\n{run.State.ToString().ToLowerInvariant()}; everything is in {Path.GetFullPath(folder)}");
        return Failed(run) ? CheckFailed : Passed;
    }

    internal static bool Failed(ExperimentRun run) =>
        run.State != RunState.Done || run.Findings.Any(f => f.Severity == Severity.Error);

    private static int _lastPercent = -1;

    private static void Print(ExperimentRun run)
    {
        var percent = (int)(100 * run.Progress.Fraction) / 5 * 5;
        if (percent == _lastPercent) return;
        _lastPercent = percent;
        Console.WriteLine($"{percent,3} %  {run.Progress.Doing}{(run.Environment.Simulation is null && run.Progress.SecondsLeft is { } left ? $", about {left:0} s left" : "")}");
    }

    private static void PrintTable(ExperimentRun run)
    {
        Console.WriteLine("point                     writes   mean ms    p50 ms    p95 ms    p99 ms     delay  overhead predicted      band ms         writes/s refused  stored ms");
        foreach (var p in run.Points)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{p.Plan.Label,-24} {p.Writes,7} {p.Client.MeanMs,9:0.00} {p.Client.P50Ms,9:0.00} {p.Client.P95Ms,9:0.00} {p.Client.P99Ms,9:0.00} {p.Prediction.DelayMeanMs,9:0.00} {p.Prediction.OverheadMs,9:0.00} {p.Prediction.MeanMs,9:0.00} {p.Prediction.BandLowMs,8:0.00}–{p.Prediction.BandHighMs,-8:0.00}{(p.InBand ? "✓" : "✗")} {p.WritesPerSecond,8:0} {p.StaleRefusals,7} {(p.Storing.Count > 0 ? p.Storing.MeanMs.ToString("0.00", CultureInfo.InvariantCulture) : "–"),10}"));
        }

        foreach (var sentence in Sentences.Of(run)) Console.WriteLine($"• {Unseen.Shown(sentence)}");
        foreach (var finding in run.Findings) Console.WriteLine($"{finding.Severity.ToString().ToUpperInvariant()}: {finding.Sentence}");
    }

    private static void Write(ExperimentRun run, string folder, ReportRequest report)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "run.kvlab.json"), RunFile.Write(run));
        File.WriteAllText(Path.Combine(folder, "points.csv"), RunCsv.Points(run));
        File.WriteAllText(Path.Combine(folder, "samples.csv"), RunCsv.Samples(run));
        File.WriteAllText(Path.Combine(folder, "report.html"), ReportBuilder.Build(report with { Runs = [run.Id] }, [run]));
        foreach (var figure in RunFigures.All(run))
        {
            File.WriteAllText(Path.Combine(folder, $"{figure.Id}.svg"), FigureSvg.Draw(figure));
            File.WriteAllText(Path.Combine(folder, $"{figure.Id}.csv"), figure.ToTable().ToCsv());
        }
    }

    private static string? Take(Dictionary<string, string> options, string name)
    {
        options.Remove(name, out var value);
        return value;
    }

    /// <summary>The options as the body that the REST call takes, so that both have one reader and one set of errors.</summary>
    private static string AsJson(Dictionary<string, string> options)
    {
        var body = new JsonObject();
        foreach (var (name, value) in options)
        {
            body[name] = name.ToUpperInvariant() switch
            {
                "QUORUMS" => new JsonArray([.. value.Split(',').Select(q => (JsonNode?)Scalar(q))]),
                "SWEEP" => SweepOf(value),
                "NAME" => JsonValue.Create(value),
                _ => Scalar(value),
            };
        }

        return body.ToJsonString();
    }

    private static JsonValue? Scalar(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole)
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number)
        : bool.TryParse(text, out var flag) ? JsonValue.Create(flag)
        : JsonValue.Create(text);

    private static JsonObject SweepOf(string text)
    {
        var parts = text.Split(':', 2);
        return new JsonObject
        {
            ["axis"] = parts[0],
            ["values"] = new JsonArray([.. (parts.Length > 1 ? parts[1].Split(';') : []).Select(v => (JsonNode?)JsonValue.Create(v))]),
        };
    }
}
