using KvLab.Core.Callers;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Web.Access;
using KvLab.Web.Api;
using KvLab.Web.Experiments;
using KvLab.Web.Hubs;
using KvLab.Web.Options;
using KvLab.Web.Supervision;

namespace KvLab.Web.Hosting;

/// <summary>
/// The dashboard as an object: a program runs it, a test starts it on port 0 and asks for its <see cref="Url"/>.
/// </summary>
public sealed class WebHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebHost(WebApplication app) => _app = app;

    /// <param name="args">Command line, such as <c>--urls http://127.0.0.1:0 --Cluster:Followers=3</c>.</param>
    /// <param name="configure">Replaces services in tests.</param>
    /// <exception cref="InvalidOptionsException">All that is wrong with the options.</exception>
    public static WebHost Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(WebHost).Assembly.GetName().Name,
            // Where the program lies, not where it was called from: `dotnet run` works from any directory.
            ContentRootPath = AppContext.BaseDirectory,
        });
        var options = ClusterOptions.Read(builder.Configuration, out var wrong);
        var errors = new FieldErrors();
        var access = AccessOptions.Read(builder.Configuration, errors);
        var recording = RecordingOptions.Read(builder.Configuration, errors);
        var lessons = LessonOptions.Read(builder.Configuration, errors);
        CommandLine.Check(args, wrong, errors);
        ListenOptions.Check(builder.Configuration, errors);
        if (options is null || errors.All.Count > 0) throw new InvalidOptionsException([.. wrong, .. errors.All]);
        builder.AddServer();
        builder.Services.AddDashboard(options, access, recording, lessons);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseCallerChecks(access);
        app.UseApi();
        app.UseMiddleware<TokenGate>();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapHub<NodeEventsHub>(TelemetryContract.HubPath);
        app.MapApi();
        app.MapRazorComponents<Components.App>().AddInteractiveServerRenderMode(render => render.ContentSecurityFrameAncestorsPolicy = null /* SafeHeaders says it. */);
        return new WebHost(app);
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>Where the dashboard answers, with the port that it really got. Known once started.</summary>
    public string Url => _app.Services.GetRequiredService<DashboardAddress>().Url;

    /// <summary>As it was told to listen by <c>--urls</c> and the like.</summary>
    public string? ConfiguredUrls => _app.Configuration["urls"];

    /// <summary>Completes when the lab can be used; the result says with which nodes.</summary>
    public Task<string> Ready => _app.Services.GetRequiredService<ISupervisor>().Ready;

    /// <exception cref="IOException">The port is taken.</exception>
    /// <exception cref="InvalidOptionsException">It would answer other machines without a secret.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await _app.StartAsync(cancellation);
        if (MissingSecrets() is not { Count: > 0 } missing) return;
        await _app.StopAsync(cancellation);
        throw new InvalidOptionsException(missing);
    }

    /// <summary>Asked of the server itself, because many options say where it listens.</summary>
    private List<FieldError> MissingSecrets()
    {
        if (!_app.Services.GetRequiredService<LabReach>().IsOpenToOthers) return [];
        var missing = new FieldErrors();
        var secret = _app.Services.GetRequiredService<AccessOptions>().Secret;
        missing.Require(secret is null or { Length: >= SharedSecret.Shortest }, "Cluster:Token",
            $"Cluster:Token (or CLUSTER_TOKEN) is all that other machines have to guess, so it must have at least {SharedSecret.Shortest} characters; or set Lab:Secret.");
        missing.Require(secret is not null, "Lab:Secret",
            $"Lab:Secret (or Cluster:Token, in the environment CLUSTER_TOKEN) must be set, because other machines can reach this dashboard at {_app.Services.GetRequiredService<DashboardAddress>().Listens}; without a secret it listens on loopback only, such as {ListenOptions.DefaultUrl}. docs/classroom.md says what is safe.");
        missing.Require(_app.Services.GetRequiredService<ClusterOptions>().Token is not null, "Cluster:Token",
            "Cluster:Token (or CLUSTER_TOKEN) must be set too: nodes that others start identify themselves with it.");
        return [.. missing.All];
    }

    public Task StopAsync(CancellationToken cancellation = default) => _app.StopAsync(cancellation);

    /// <summary>Starts, says in one line where to look, and runs until it is asked to stop.</summary>
    public async Task RunAsync()
    {
        // Opened now, so that what is wrong with the data folder is said at the start and not in the middle of a lesson.
        var store = _app.Services.GetRequiredService<RunStore>();
        await StartAsync();
        var stopped = _app.WaitForShutdownAsync();
        await Task.WhenAny(Ready, stopped);
        var options = _app.Services.GetRequiredService<ClusterOptions>();
        if (options.Ignored is { Count: > 0 } ignored)
            Console.Error.WriteLine(options.Mode == ClusterMode.External
                ? $"Set, but others start the nodes (Cluster:Mode is External), so ignored: {string.Join(", ", ignored)}."
                : $"Set, but not for a dashboard, so ignored: {string.Join(", ", ignored)}. Its own options are Cluster:…, Lab:…, Storage:…, Recording:… and {Spelling.Data}.");
        foreach (var note in options.Notes) Console.Error.WriteLine(note);
        if (store.Problem is { } problem) Console.Error.WriteLine(problem);
        if (Ready.IsCompletedSuccessfully) Console.WriteLine($"KvLab is running at {Url}{_app.Services.GetRequiredService<AccessOptions>().PathBase}  ({await Ready})");
        if (_app.Services.GetRequiredService<LabReach>().IsOpenToOthers)
            Console.WriteLine("Other machines can reach it. They are asked for its secret, which is sent unencrypted if the address begins with http: (docs/classroom.md).");
        // A lab without nodes is none: it ends, and its last word is why.
        if (Ready.IsFaulted) await StopAsync();
        await stopped;
        if (Ready.IsFaulted) await Ready;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
