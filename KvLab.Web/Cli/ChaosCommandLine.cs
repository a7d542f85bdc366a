using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KvLab.Core.Chaos;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;
using KvLab.Web.NodeCalls;
using KvLab.Web.Scenarios;

namespace KvLab.Web.Cli;

/// <summary>
/// <c>chaos --faults 200 --seed 7</c> behind the program's name: starts a cluster of its own, breaks it at random under load, heals, and says what held.
/// </summary>
internal static class ChaosCommandLine
{
    public const int Passed = 0;
    public const int Failed = 1;

    private const string Usage = "usage: chaos [--faults N] [--seed S] [--clients N] [--keys N] [--writeQuorum W] [--gapMs MS] [--followers N] [--out FOLDER]";

    private static readonly JsonSerializerOptions Json = new(NodeJson.Options) { WriteIndented = true };

    public static async Task<int> RunAsync(string[] args)
    {
        if (OwnLab.Options(args, Usage) is not { } options) return OwnLab.WrongArguments;
        options.Remove("followers", out var followers);
        options.Remove("out", out var folder);
        var errors = new FieldErrors();
        var body = new JsonObject(options.Select(o => KeyValuePair.Create(o.Key, long.TryParse(o.Value, out var number) ? JsonValue.Create(number) : (JsonNode?)JsonValue.Create(o.Value))));
        using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes(body.ToJsonString()));
        var wanted = ChaosOptions.Read(new JsonFields(json.RootElement, errors));
        if (errors.All.Count > 0)
        {
            foreach (var error in errors.All) Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine(Usage);
            return OwnLab.WrongArguments;
        }

        if (folder is not null && !OwnLab.CanWriteTo(folder)) return OwnLab.WrongArguments;
        return await OwnLab.RunAsync(followers ?? "5", services => PlayAsync(services.GetRequiredService<ScenarioService>(), wanted, folder), stores: false);
    }

    private static async Task<int> PlayAsync(ScenarioService service, ChaosOptions options, string? folder)
    {
        var printed = 0;
        using var listening = service.Chaos.Listen(report =>
        {
            if (report.Faults.Count < printed + 10) return;
            printed = report.Faults.Count;
            Console.WriteLine($"{report.Faults.Count,5} of {options.Faults} faults, {report.Success} succeeded, {report.Partial} partial, {report.Unanswered} without an answer");
        });
        var id = service.Start(options).Id;
        OwnLab.OnInterrupt(() => service.Chaos.Cancel(id));
        var report = await service.Chaos.WhenDoneAsync(id);
        Console.WriteLine();
        Console.Write(report.ToText());
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, "chaos.json"), JsonSerializer.Serialize(report, Json));
            await File.WriteAllTextAsync(Path.Combine(folder, "chaos.txt"), report.ToText());
        }

        return report.State == ChaosState.Passed ? Passed : Failed;
    }
}
