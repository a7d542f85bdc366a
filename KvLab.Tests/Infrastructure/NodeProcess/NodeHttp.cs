using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>An answer of a node, and its body as JSON where it is.</summary>
internal sealed record NodeReply(HttpStatusCode Status, JsonNode? Body, string Text, HttpResponseHeaders Headers, string? ContentType)
{
    public JsonNode? this[string field] => Body![field];

    public string Detail => (string)Body!["detail"]!;

    /// <summary>The names of the fields that a problem complains about.</summary>
    public IReadOnlyList<string> Fields => Body?["errors"] is JsonObject errors ? [.. errors.Select(e => e.Key)] : [];
}

/// <summary>Speaks to nodes as a student with curl does.</summary>
internal static class NodeHttp
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience.Limit };

    public static Task<NodeReply> GetAsync(string url, string? token = null) => SendAsync(HttpMethod.Get, url, null, token);

    public static Task<NodeReply> PostAsync(string url, string json = "", string? token = null) => SendAsync(HttpMethod.Post, url, json, token);

    public static async Task<NodeReply> SendAsync(HttpMethod method, string url, string? json, string? token = null) =>
        await SendAsync(method, url, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), r =>
        {
            if (token is not null) r.Headers.Add("X-Cluster-Token", token);
        });

    public static async Task<NodeReply> SendAsync(HttpMethod method, string url, HttpContent? content, Action<HttpRequestMessage> prepare)
    {
        using var request = new HttpRequestMessage(method, new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })) { Content = content };
        prepare(request);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var type = response.Content.Headers.ContentType?.MediaType;
        var body = type is "application/json" or "application/problem+json" ? JsonNode.Parse(text) : null;
        return new NodeReply(response.StatusCode, body, text, response.Headers, type);
    }

    /// <returns>Whether the node answers as ready; false where nobody listens.</returns>
    public static async Task<bool> IsReadyAsync(string url)
    {
        try
        {
            return (await GetAsync(url + "/health")).Status == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
