using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using KvLab.Core.Recordings;
using KvLab.Tests.Dashboard;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Web.Recordings;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Recordings;

/// <summary>Recordings over REST.</summary>
[Trait("Category", "Component")]
public sealed class RecordingApiTests(ApiFixture dashboard) : IClassFixture<ApiFixture>
{
    private string Folder => dashboard.Host.Services.GetRequiredService<RecordingStore>().Folder;

    private Task<(HttpStatusCode Status, JsonElement Body, string? Type)> SendAsync(string method, string path, string? body = null) => dashboard.SendAsync(method, path, body);

    private async Task<JsonElement> RunningAsync()
    {
        JsonElement running = default;
        await Patience.UntilAsync(async () =>
        {
            running = (await SendAsync("GET", "/api/recordings")).Body.EnumerateArray().FirstOrDefault(r => r.GetProperty("state").GetString() == "recording" && r.GetProperty("to").ValueKind != JsonValueKind.Null);
            return running.ValueKind == JsonValueKind.Object;
        }, "a recording has its first chunk");
        return running;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> ImportAsync(byte[] file)
    {
        using var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await dashboard.Http.PostAsync(new Uri("/api/recordings/import", UriKind.Relative), content, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task The_lab_is_recorded_from_its_start_and_its_file_can_be_had_while_it_is_written()
    {
        await SendAsync("POST", "/api/recordings", "{\"do\":\"start\",\"name\":\"lesson\"}");
        var running = await RunningAsync();
        var id = running.GetProperty("id").GetString()!;
        Assert.Equal("lesson", running.GetProperty("name").GetString());
        var file = await dashboard.Http.GetByteArrayAsync(new Uri($"/api/recordings/{id}/file", UriKind.Relative), TestContext.Current.CancellationToken);
        var check = RecordingCheck.Of(new MemoryStream(file));
        Assert.Equal((null, true, id), (check.Damage, check.Recording.IsClosed, check.Recording.Header.Id));
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("DELETE", $"/api/recordings/{id}")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await ImportAsync(file)).Status);
    }

    [Fact]
    public async Task Recording_is_stopped_and_started_by_hand()
    {
        var started = await SendAsync("POST", "/api/recordings", "{\"do\":\"start\"}");
        Assert.Equal(HttpStatusCode.Created, started.Status);
        var stopped = await SendAsync("POST", "/api/recordings", "{\"do\":\"stop\"}");
        Assert.Equal((HttpStatusCode.OK, "closed", started.Body.GetProperty("id").GetString()), (stopped.Status, stopped.Body.GetProperty("state").GetString(), stopped.Body.GetProperty("id").GetString()));
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("POST", "/api/recordings", "{\"do\":\"stop\"}")).Status);
        foreach (var (wrong, field) in new[] { ("{\"do\":\"pause\"}", "do"), ("{}", "do"), ("{\"do\":\"start\",\"speed\":2}", "speed"), ($"{{\"do\":\"start\",\"name\":\"{new string('x', 201)}\"}}", "name") })
        {
            var refused = await SendAsync("POST", "/api/recordings", wrong);
            Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
            Assert.True(refused.Body.GetProperty("errors").TryGetProperty(field, out _), wrong);
        }

        var id = stopped.Body.GetProperty("id").GetString();
        var renamed = await SendAsync("PATCH", $"/api/recordings/{id}", "{\"name\":\"kept\"}");
        Assert.Equal((HttpStatusCode.OK, "kept"), (renamed.Status, renamed.Body.GetProperty("name").GetString()));
        Assert.Equal("kept", (await SendAsync("GET", $"/api/recordings/{id}")).Body.GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync("DELETE", $"/api/recordings/{id}")).Status);
        foreach (var gone in new[] { $"/api/recordings/{id}", $"/api/recordings/{id}/file", "/api/recordings/..%2F..%2Fetc%2Fpasswd" })
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", gone)).Status);
        Assert.Equal(HttpStatusCode.Created, (await SendAsync("POST", "/api/recordings", "{\"do\":\"start\"}")).Status);
    }

    [Fact]
    public async Task A_stretch_is_had_as_a_recording_of_its_own_that_can_be_taken_in_again()
    {
        await SendAsync("POST", "/api/recordings", "{\"do\":\"start\",\"name\":\"lesson\"}");
        var running = await RunningAsync();
        var id = running.GetProperty("id").GetString()!;
        var length = (running.GetProperty("to").GetDateTimeOffset() - running.GetProperty("from").GetDateTimeOffset()).TotalMilliseconds;
        var to = Math.Floor(length / 2);
        var file = await dashboard.Http.GetByteArrayAsync(new Uri($"/api/recordings/{id}/file?from=100&to={to}", UriKind.Relative), TestContext.Current.CancellationToken);
        var check = RecordingCheck.Of(new MemoryStream(file));
        Assert.Equal((null, $"{id}-100-{to}"), (check.Damage, check.Recording.Header.Id));
        Assert.EndsWith("of lesson", check.Recording.Name, StringComparison.Ordinal);
        // The observer counts whole milliseconds; the time of day beside them is finer.
        Assert.InRange((check.Recording.To!.Value.Utc - check.Recording.From!.Value.Utc).TotalMilliseconds, 1, to - 100 + 1);
        Assert.Equal(HttpStatusCode.Created, (await ImportAsync(file)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", $"/api/recordings/{id}-100-{to}/state?at=10")).Status);
        var part = $"{id}-100-{to}";
        for (var deep = 0; deep < 3; deep++)
        {
            var smaller = await dashboard.Http.GetByteArrayAsync(new Uri($"/api/recordings/{part}/file?from=0&to={50 - deep}", UriKind.Relative), TestContext.Current.CancellationToken);
            var taken = await ImportAsync(smaller);
            Assert.Equal(HttpStatusCode.Created, taken.Status);
            part = taken.Body.GetProperty("id").GetString()!;
        }

        Assert.Empty(Directory.GetFiles(Folder, "*.part"));

        foreach (var (query, field) in new[] { ("from=x", "from"), ("to=soon", "to"), ("from=500&to=100", "from"), ("from=99999999", "from"), ("begin=1", "begin") })
        {
            var refused = await SendAsync("GET", $"/api/recordings/{id}/file?{query}");
            Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
            Assert.True(refused.Body.GetProperty("errors").TryGetProperty(field, out _), query);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", "/api/recordings/none/file?from=1")).Status);
    }

    [Fact]
    public async Task A_file_from_elsewhere_is_taken_in_whole_or_refused_with_what_is_wrong()
    {
        var file = Recorded.Small();
        var taken = await ImportAsync(file);
        Assert.Equal((HttpStatusCode.Created, "closed", 120L), (taken.Status, taken.Body.GetProperty("state").GetString(), taken.Body.GetProperty("events").GetInt64()));
        Assert.Equal(file, await dashboard.Http.GetByteArrayAsync(new Uri($"/api/recordings/{Recorded.Header.Id}/file", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Conflict, (await ImportAsync(file)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync("DELETE", $"/api/recordings/{Recorded.Header.Id}")).Status);

        var chunk = RecordingReader.Open(new MemoryStream(file)).Recording.Chunks[2];
        var flipped = file.ToArray();
        flipped[chunk.Offset + 20] ^= 1;
        foreach (var (bad, because) in new[] { (flipped, $"The block at byte {chunk.Offset} is damaged"), (file[..^100], "The file ends within"), ("nothing"u8.ToArray(), "not a KvLab recording"), ([], "not a KvLab recording") })
        {
            var refused = await ImportAsync(bad);
            Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
            Assert.Contains(because, refused.Body.GetProperty("errors").GetProperty("file")[0].GetString(), StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(Folder, "*.part"));
        Assert.False(File.Exists(Path.Combine(Folder, Recorded.Header.Id + ".kvrec")));
    }
}
