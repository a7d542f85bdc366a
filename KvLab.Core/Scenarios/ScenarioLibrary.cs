using System.Collections.Immutable;

namespace KvLab.Core.Scenarios;

/// <summary>The scenarios that come with KvLab: the files in <c>Scenarios/Library</c>, which are inside this assembly.</summary>
public static class ScenarioLibrary
{
    private const string Ending = ".story";

    private static readonly Lazy<ImmutableArray<Scenario>> Read = new(() =>
    [
        .. typeof(ScenarioLibrary).Assembly.GetManifestResourceNames()
            .Where(n => n.EndsWith(Ending, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Load),
    ]);

    /// <summary>In the order of their names.</summary>
    public static ImmutableArray<Scenario> All => Read.Value;

    /// <returns>Null when there is none of this name.</returns>
    public static Scenario? Find(string name) => All.FirstOrDefault(s => s.Name == name);

    private static Scenario Load(string resource)
    {
        using var reader = new StreamReader(typeof(ScenarioLibrary).Assembly.GetManifestResourceStream(resource)!);
        return Scenario.Parse(reader.ReadToEnd(), resource[..^Ending.Length]);
    }
}
