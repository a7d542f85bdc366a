using KvLab.Web.Options;
using Microsoft.AspNetCore.HttpOverrides;

namespace KvLab.Web.Access;

internal static class AccessSetup
{
    /// <summary>Who calls, under which name and from which page; first of all, so that nothing is looked at before.</summary>
    public static void UseCallerChecks(this WebApplication app, AccessOptions access)
    {
        if (access.Proxies.Count > 0) app.UseForwardedHeaders(Believing(access));
        if (access.PathBase.Length > 0) app.UseMiddleware<PathBase>();
        app.UseMiddleware<SafeHeaders>();
        app.UseMiddleware<CallerGuard>();
        app.UseMiddleware<SecretGate>();
        app.UseMiddleware<MissingPage>();
        // Only now: a path's base is not part of any route.
        app.UseRouting();
    }

    private static ForwardedHeadersOptions Believing(AccessOptions access)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            // As many as are named, one behind the other; the first that is not ends it.
            ForwardLimit = null,
        };
        // Loopback is believed by default, where everybody on this machine could be the proxy.
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var proxy in access.Proxies) options.KnownIPNetworks.Add(proxy);
        return options;
    }
}
