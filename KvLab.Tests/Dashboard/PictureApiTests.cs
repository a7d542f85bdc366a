using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using KvLab.Tests.Experiments;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>What the page's button puts aside, a script can too.</summary>
[Trait("Category", "Component")]
public sealed class PictureApiTests(ApiFixture dashboard) : IClassFixture<ApiFixture>
{
    private async Task<(HttpStatusCode Status, JsonElement Body)> AddAsync(string query, byte[] png, string type = "image/png")
    {
        using var content = new ByteArrayContent(png);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var response = await dashboard.Http.PostAsync(new Uri($"/api/pictures{query}", UriKind.Relative), content, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_picture_is_added_described_listed_taken_home_and_removed()
    {
        var (status, added) = await AddAsync("?kind=diagram&caption=Two%20crossing%20lines&link=http%3A%2F%2F127.0.0.1%2Ftimeline%3Fat%3D1", PictureTests.Png);
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(("diagram", "Two crossing lines"), (added.GetProperty("kind").GetString(), added.GetProperty("caption").GetString()));
        var id = added.GetProperty("id").GetString()!;
        var (described, table, _) = await dashboard.SendAsync("PUT", $"/api/pictures/{id}/table", """{"columns":["Sent","Kind"],"rows":[{"cells":["1","request"]}]}""");
        Assert.Equal((HttpStatusCode.OK, "request"), (described, table.GetProperty("table").GetProperty("rows")[0][1].GetString()));
        Assert.Contains((await dashboard.SendAsync("GET", "/api/pictures")).Body.EnumerateArray(), p => p.GetProperty("id").GetString() == id);
        Assert.Equal(PictureTests.Png, await dashboard.Http.GetByteArrayAsync(new Uri($"/api/pictures/{id}.png", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NoContent, (await dashboard.SendAsync("DELETE", $"/api/pictures/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.SendAsync("GET", $"/api/pictures/{id}")).Status);
    }

    [Fact]
    public async Task What_is_wrong_is_named()
    {
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await AddAsync("?caption=a", PictureTests.Png, "image/svg+xml")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await AddAsync("?caption=a", new byte[2_000_001])).Status);
        var (status, problem) = await AddAsync("?kind=film", PictureTests.Png);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("kind must be map, diagram, writes or lesson, but is \"film\".", problem.GetProperty("errors").GetProperty("kind")[0].GetString());
        Assert.Contains("caption is missing", (await AddAsync("", PictureTests.Png)).Body.ToString(), StringComparison.Ordinal);
        var (refused, body, _) = await dashboard.SendAsync("PUT", "/api/pictures/none/table", """{"columns":["a"],"rows":[{"cells":["1"],"colour":"red"}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, refused);
        Assert.Contains("rows[0].colour", body.ToString(), StringComparison.Ordinal);
    }
}
