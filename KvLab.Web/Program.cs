namespace KvLab.Web;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        await using var host = WebHost.Create(args);
        return await host.RunAsync();
    }
}
