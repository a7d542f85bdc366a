using KvLab.Core.Control;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Control;

/// <summary>The contract, on real processes.</summary>
[Trait("Category", "Process")]
public sealed class RealControlTests(LabOfFive shared) : ControlContract, IClassFixture<LabOfFive>
{
    protected override async Task PlayAsync(Func<IClusterControl, Task> claim)
    {
        var lab = await shared.FreshAsync();
        try
        {
            await claim(lab.Control);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{failure.Message}\nThe nodes then:\n{await HealthAsync(lab)}", failure);
        }
    }

    private static async Task<string> HealthAsync(LabDashboard lab)
    {
        var lines = new List<string>();
        foreach (var node in lab.Snapshot.Nodes)
        {
            try
            {
                lines.Add($"{node.Id} ({node.Role}, {node.State}): {(await NodeHttp.GetAsync($"{node.Url}/health")).Text}");
            }
            catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
            {
                lines.Add($"{node.Id} ({node.Role}, {node.State}): {silent.Message}");
            }
        }

        return string.Join('\n', lines.Concat(lab.Snapshot.Events.NewestFirst().Take(25).Select(lab.Snapshot.Explain.Event)));
    }
}
