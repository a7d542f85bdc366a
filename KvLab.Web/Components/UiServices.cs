using KvLab.Web.Components.Parts;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;
using KvLab.Web.Leases;
using KvLab.Web.Live;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor;
using MudBlazor.Services;

namespace KvLab.Web.Components;

public static class UiServices
{
    /// <summary>What the page needs besides <c>IClusterState</c>, <c>IClusterCommands</c> and a <see cref="TimeProvider"/>: one of each per circuit.</summary>
    public static IServiceCollection AddKvLabPage(this IServiceCollection services)
    {
        services.AddMudServices(options =>
        {
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomLeft;
            options.SnackbarConfiguration.MaxDisplayedSnackbars = 3;
        });
        services.TryAddSingleton(provider => new ExclusiveLease(provider.GetService<TimeProvider>()));
        services.TryAddSingleton(provider => new LastChanges(provider.GetRequiredService<TimeProvider>()));
        services.AddScoped<ThisPage>();
        services.AddScoped<CircuitHandler, PageAuthor>();
        services.AddScoped<ViewStore>();
        services.AddScoped<PastView>();
        services.AddScoped<ViewerClock>();
        services.AddScoped<Browser>();
        services.AddScoped<Announcements>();
        services.AddScoped<ExperimentBrowser>();
        services.AddScoped<ReportShelf>();
        services.AddScoped<SolvedChallenges>();
        return services;
    }
}
