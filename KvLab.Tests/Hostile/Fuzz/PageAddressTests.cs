using Xunit;

namespace KvLab.Tests.Hostile.Fuzz;

/// <summary>Whatever stands in the browser's line, the page is drawn and its circuit lives.</summary>
[Trait("Category", "Component")]
public sealed class PageAddressTests
{
    private static readonly string[] Paths =
    [
        "/", "/experiments", "/faults", "/scenarios", "/not-found", "/nothing/here", "/experiments?run=%00&run=2", "/experiments?run=..%2F..&compare=%F0%9F%98%80", "/experiments?run=run&compare=no-such",
        "/experiments/run/report", "/experiments/run/report?compare=%00", "/experiments/..%2F../report", "/experiments/no-such/report?compare=%ED%A0%80", "/experiments/%E2%80%AE/report", "/scenarios?scenario=%2e%2e&scenario=x",
        "/?node=%3Cscript%3E&kind=nonsense&key=%ED%A0%80&text=%", "/?tab=99999999999999999999&limit=-1", "/?=&&&==", "/#%%%",
    ];

    [Fact]
    public async Task No_address_ends_a_circuit()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var lab = await HostileLab.StartAsync(cancellation);
        foreach (var path in Paths)
        {
            await using var circuit = await OpenCircuit.OpenAsync(lab, path, cancellation);
        }
    }
}
