using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KvLab.Core.Callers;
using KvLab.Core.Events;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Http.Extensions;

namespace KvLab.Web.Access;

/// <summary>
/// Where other machines can reach the lab, everything needs its secret: people give it once on a page of its own and keep a cookie, scripts send
/// <c>Authorization: Bearer</c>. What nodes report has the cluster's token (<see cref="Access.TokenGate"/>).
/// </summary>
internal sealed class SecretGate(RequestDelegate next, AccessOptions access, LabReach reach, TimeProvider time)
{
    public const string SignInPath = "/sign-in";

    private const int LongestForm = 4096;
    private const int KeyRounds = 100_000;

    private readonly GuardedSecret? _secret = access.Secret is null ? null : new GuardedSecret(access.Secret, time);

    // Made of the secret, so that it outlives the dashboard and ends with the secret; and hard to turn back into it.
    private readonly Lazy<string> _cookie = new(() => CookieOf(access.Secret ?? ""));
    // Hashed once: every request of a page that is signed in is held against it.
    private SharedSecret? _cookieSecret;

    public Task InvokeAsync(HttpContext context)
    {
        if (!reach.IsOpenTo(context.Connection.LocalIpAddress)) return next(context);
        if (_secret is null) return RefuseAsync(context, StatusCodes.Status403Forbidden, "This lab was started without a secret, so it answers on its own machine only.");
        var request = context.Request;
        if (request.Path == SignInPath) return SignInAsync(context);
        if (IsOpen(request) || (_cookieSecret ??= new SharedSecret(_cookie.Value)).Matches(request.Cookies[CookieName(request)])) return next(context);
        if (SharedSecret.OfBearer(request.Headers.Authorization) is { } given)
            return _secret.IsRight(given, context.Connection.RemoteIpAddress, out var wait) ? next(context) : AnswerWrongAsync(context, wait);
        if (HttpMethods.IsGet(request.Method) && ApiProblems.WantsPage(request))
        {
            context.Response.Redirect($"{request.PathBase}{SignInPath}?back={Uri.EscapeDataString(request.Path + request.QueryString)}");
            return Task.CompletedTask;
        }

        return RefuseAsync(context, StatusCodes.Status401Unauthorized, "This lab can be reached by others, so this needs its secret: send \"Authorization: Bearer <secret>\", or sign in on its page.");
    }

    /// <summary>What says nothing about the cluster, and the hub, whose key is the token.</summary>
    private static bool IsOpen(HttpRequest request) =>
        request.Path.StartsWithSegments(TelemetryContract.HubPath)
        || (HttpMethods.IsGet(request.Method) && (request.Path == "/health" || request.Path.StartsWithSegments("/css") || request.Path.StartsWithSegments("/favicon.svg")));

    private async Task SignInAsync(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method))
        {
            await SignInPage.WriteAsync(context, Local(request.Query["back"]), null);
            return;
        }

        if (!HttpMethods.IsPost(request.Method) || !request.HasFormContentType || request.ContentLength is not (> 0 and <= LongestForm))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"{SignInPath} accepts only the form of the sign-in page.");
            return;
        }

        var form = await request.ReadFormAsync(context.RequestAborted);
        var back = Local(form["back"]);
        if (_secret!.IsRight(form["secret"], context.Connection.RemoteIpAddress, out var wait))
        {
            context.Response.Cookies.Append(CookieName(request), _cookie.Value, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = request.IsHttps,
                Path = request.PathBase.HasValue ? request.PathBase.Value : "/",
            });
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = UriHelper.Encode(new Uri($"{request.PathBase}{back}", UriKind.Relative));
            return;
        }

        context.Response.StatusCode = wait is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status429TooManyRequests;
        TellWait(context, wait);
        await SignInPage.WriteAsync(context, back, wait is { } w ? $"Too many wrong tries. Wait {Math.Ceiling(w.TotalSeconds)} s." : "That is not the lab's secret.");
    }

    private static Task AnswerWrongAsync(HttpContext context, TimeSpan? wait)
    {
        TellWait(context, wait);
        return wait is { } w
            ? RefuseAsync(context, StatusCodes.Status429TooManyRequests, $"Too many wrong secrets came from this address. Try again in {Math.Ceiling(w.TotalSeconds)} s.")
            : RefuseAsync(context, StatusCodes.Status401Unauthorized, "That is not the lab's secret.");
    }

    private static void TellWait(HttpContext context, TimeSpan? wait)
    {
        if (wait is { } w) context.Response.Headers.RetryAfter = Math.Ceiling(w.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }

    private static Task RefuseAsync(HttpContext context, int status, string sentence)
    {
        if (status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        return ApiProblems.AnswerAsync(context, new CommandException(status, sentence));
    }

    /// <summary>A path of this lab; never another site, which could look like it.</summary>
    private static string Local(string? back) =>
        back is { Length: > 0 } && back[0] == '/' && !(back.Length > 1 && back[1] is '/' or '\\') && !back.Any(char.IsControl) && !back.StartsWith(SignInPath, StringComparison.Ordinal) ? back : "/";

    /// <summary>Cookies know no ports, and two labs may lie on one machine.</summary>
    private static string CookieName(HttpRequest request) => $"kvlab-{request.Host.Port ?? (request.IsHttps ? 443 : 80)}";

    private static string CookieOf(string secret) =>
        Convert.ToHexString(Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), "KvLab's cookie"u8, KeyRounds, HashAlgorithmName.SHA256, 32));
}
