using KvLab.Web.Commands;
using KvLab.Web.State;
using Microsoft.AspNetCore.DataProtection;
using MudBlazor.Services;

namespace KvLab.Web;

/// <summary>
/// The dashboard as an object: a program runs it, a test starts it on port 0 and asks for its <see cref="Url"/>.
/// </summary>
public sealed class WebHost : IAsyncDisposable
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    private readonly WebApplication _app;

    private WebHost(WebApplication app) => _app = app;

    /// <param name="args">Command line, such as <c>--urls http://127.0.0.1:0 --Cluster:Followers=3</c>.</param>
    /// <param name="configure">Replaces services in tests.</param>
    public static WebHost Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(WebHost).Assembly.GetName().Name,
            // Where the program lies, not where it was called from: `dotnet run --project KvLab.Web` works from any directory.
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseStaticWebAssets();
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
            builder.WebHost.UseUrls(DefaultUrl);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);

        // Nothing that is protected outlives this process, so that no key ring is left in anybody's home directory.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddMudServices();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ClusterState>();
        builder.Services.AddSingleton<IClusterState>(services => services.GetRequiredService<ClusterState>());
        builder.Services.AddSingleton<IClusterCommands, ClusterCommands>();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapRazorComponents<Components.App>().AddInteractiveServerRenderMode();
        return new WebHost(app);
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>Where the dashboard answers, with the port that it really got. Known once started.</summary>
    public string Url => _app.Urls.First();

    public Task StartAsync(CancellationToken cancellation = default) => _app.StartAsync(cancellation);

    public Task StopAsync(CancellationToken cancellation = default) => _app.StopAsync(cancellation);

    /// <returns>The process's exit code.</returns>
    public async Task<int> RunAsync()
    {
        await StartAsync();
        Console.WriteLine($"KvLab is running at {Url}");
        await _app.WaitForShutdownAsync();
        return 0;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
