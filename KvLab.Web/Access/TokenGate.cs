using KvLab.Core.Callers;
using KvLab.Core.Events;
using KvLab.Web.Options;

namespace KvLab.Web.Access;

/// <summary>Lets only nodes that know the cluster's token connect to the hub.</summary>
internal sealed class TokenGate(RequestDelegate next, ClusterOptions options, TimeProvider time)
{
    private readonly CallerToken? _expected = options.Token is null ? null : new CallerToken(options.Token, time);

    public Task InvokeAsync(HttpContext context)
    {
        if (_expected is null || !context.Request.Path.StartsWithSegments(TelemetryContract.HubPath)) return next(context);
        string? given = context.Request.Headers[TelemetryContract.TokenHeader];
        given ??= context.Request.Query[TelemetryContract.TokenHeader];
        if (_expected.IsRight(given, context.Connection.RemoteIpAddress, out _)) return next(context);
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return context.Response.WriteAsync($"The header {TelemetryContract.TokenHeader} must contain the cluster's token.");
    }
}
