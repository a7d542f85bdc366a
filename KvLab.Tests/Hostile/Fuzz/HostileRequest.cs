using System.Net.Http.Headers;
using System.Text;
using KvLab.Core.Events;

namespace KvLab.Tests.Hostile.Fuzz;

/// <summary>One request that is wrong.</summary>
/// <param name="IsWrong">Certainly, so that it must be refused; else it may be answered, as long as it changes nothing.</param>
internal sealed record HostileRequest(Operation Operation, string What, string Path, byte[]? Body, bool IsWrong)
{
    private static readonly string[] Names =
    [
        "..", "%2e%2e", "%2E%2E%2F%2E%2E", "%00", "a%00b", "%0a", "%0d%0aX-Injected:%201", "%ff", "%c0%af", "%ed%a0%80", "a%2Fb", "%25", "%", "%zz", "*", "~", "'", "%22%3E%3Cscript%3E", "%F0%9F%98%80",
        "%E2%80%AE", "-1", "0", "9223372036854775808", "1e400", "NaN", "null", "{id}", "%7B0%7D", "con", "x.svg", "x.csv", ".csv", "%3Fa=b", "%23", ";a=b", "a%20b", "+",
    ];

    private static readonly string[] Queries =
    [
        "limit=-1", "limit=0", "limit=99999999999999999999", "limit=1e3", "limit=%00", "limit=1&limit=2", "limit=", "limit", "=", "&&&", "nobody=1", "kind=nonsense", "kind=0", "kind=a,b", "kind=%ff",
        "format=xml", "node=%00", "key=%ED%A0%80", "text=%F0%9F%98%80", "left=..&right=%00", "paper=A0", "paper=A4&paper=A4", "download=maybe", "%=%", "a[]=1", "a%00=1", "point=99999999999", "run=%2e%2e", "id=",
    ];

    private static readonly string?[] Types =
        ["application/json", "application/json; charset=utf-8", "application/json; charset=utf-16", "application/json;charset=no-such", "text/json", "application/problem+json", "application/json, text/plain"];

    private static readonly string?[] WrongTypes = [null, "text/plain", "text/html", "multipart/form-data", "multipart/form-data; boundary=", "application/x-www-form-urlencoded", "application/octet-stream", "*/*", "json"];

    public static HostileRequest Draw(Operation operation, Random random)
    {
        if (operation.Sample is not null && operation.Method != "GET" && random.Next(8) > 0)
        {
            var (what, body) = Bodies.Draw(operation, random);
            return new HostileRequest(operation, what, operation.PlainPath, body, IsWrong: true);
        }

        // What takes no body gets one; what has names in its path gets others; all get questions.
        var path = operation.HasParameters && random.Next(3) > 0 ? operation.Filled(_ => Name(random)) : operation.PlainPath;
        if (random.Next(2) == 0) path += "?" + string.Join("&", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Queries[random.Next(Queries.Length)]));
        var junk = operation.Method == "GET" ? null : Bodies.Draw(operation, random).Body;
        return new HostileRequest(operation, junk is null ? "a path" : "a path and a body that is not asked for", path, junk is { Length: 0 } ? [(byte)'{'] : junk, IsWrong: false);
    }

    private static string Name(Random random) => random.Next(6) == 0 ? new string('n', random.Next(65, 3_000)) : Names[random.Next(Names.Length)];

    public HttpRequestMessage ToMessage(Random random)
    {
        var message = new HttpRequestMessage(new HttpMethod(Operation.Method), new Uri(Operation.BaseUrl + Path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (Body is not null)
        {
            message.Content = random.Next(4) == 0 ? new StreamContent(new MemoryStream(Body, writable: false)) : new ByteArrayContent(Body);
            if (message.Content is StreamContent) message.Headers.TransferEncodingChunked = true;
            var type = random.Next(8) == 0 ? WrongTypes[random.Next(WrongTypes.Length)] : random.Next(4) == 0 ? Types[random.Next(Types.Length)] : "application/json";
            if (type is not null) message.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            if (random.Next(10) == 0) message.Content.Headers.TryAddWithoutValidation("Content-Encoding", (string[])["gzip", "br", "identity", "no-such"]);
        }

        Decorate(message.Headers, random);
        return message;
    }

    private static void Decorate(HttpRequestHeaders headers, Random random)
    {
        var name = random.Next(20) switch
        {
            0 => ("Accept", "text/csv;q=nonsense, */*;q=2, ;;"),
            1 => ("Cookie", "=;;;a=\"; .AspNetCore.Antiforgery.x=y"),
            2 => ("X-Leader-Url", "http://[::1"),
            3 => ("X-Leader-Url", "javascript:alert(1)"),
            4 => ("Authorization", "Bearer"),
            5 => ("Range", "bytes=9-1"),
            6 => ("If-None-Match", "W/\"x"),
            7 => ("Expect", "200-nothing"),
            8 => ("X-Forwarded-Host", "evil.example"),
            9 => ("Upgrade", "kvlab-batch"),
            10 => (TelemetryContract.TokenHeader, "wrong"),
            11 => ("X-HTTP-Method-Override", "DELETE"),
            _ => default,
        };
        if (name.Item1 is null) return;
        headers.TryAddWithoutValidation(name.Item1, name.Item2);
    }

    /// <summary>Enough to find it again.</summary>
    public string Describe() => $"{Operation}: {What}, {KvLab.Core.Configuration.ErrorText.Short(Path, 200)}, {(Body is null ? "no body" : $"{Body.Length} bytes: {KvLab.Core.Configuration.ErrorText.Short(Encoding.UTF8.GetString(Body), 300)}")}";
}
