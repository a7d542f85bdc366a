using KvLab.Bench.Clusters;

namespace KvLab.Bench;

/// <summary>What a verb found, for the terminal and for artifacts/bench.</summary>
internal static class Report
{
    public static async Task WriteAsync(string name, params IEnumerable<object> paragraphs)
    {
        var text = string.Join("\n\n", paragraphs);
        Console.WriteLine(text);
        await File.WriteAllTextAsync(Built.Output(name + ".md"), text + "\n");
    }
}
