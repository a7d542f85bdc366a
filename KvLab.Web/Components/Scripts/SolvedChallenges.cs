namespace KvLab.Web.Components.Scripts;

/// <summary>Challenges of the simulator that somebody solved in this browser, in any tab. One per circuit.</summary>
public sealed class SolvedChallenges(ExperimentBrowser browser)
{
    private const string Key = "challenges";

    /// <summary>As of the last <see cref="LoadAsync"/>.</summary>
    public IReadOnlySet<string> Names { get; private set; } = new HashSet<string>(StringComparer.Ordinal);

    public async Task LoadAsync() => Names = (await browser.LoadNamesAsync(Key)).ToHashSet(StringComparer.Ordinal);

    public async Task AddAsync(string challenge)
    {
        await LoadAsync();
        if (Names.Contains(challenge)) return;
        Names = Names.Append(challenge).ToHashSet(StringComparer.Ordinal);
        await browser.SaveAsync(Key, Names.Order(StringComparer.Ordinal).ToArray(), lasting: true);
    }
}
