using KvLab.Web.Options;

namespace KvLab.Web.Access;

/// <summary>Where the lab lies under a path of a reverse proxy: the path belongs in front of every address that the lab tells, whether the proxy takes it off or passes it on.</summary>
internal sealed class PathBase(RequestDelegate next, AccessOptions access)
{
    private readonly PathString _path = new(access.PathBase);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path == _path && HttpMethods.IsGet(request.Method))
        {
            // Without the slash the browser would look for everything beside the lab.
            context.Response.Redirect($"{_path}/{request.QueryString}", permanent: false);
            return Task.CompletedTask;
        }

        if (request.Path.StartsWithSegments(_path, out var rest)) request.Path = rest;
        request.PathBase = _path;
        return next(context);
    }
}
