using System.Text.Json;

namespace KvLab.Web.Components.Scripts;

/// <summary>What a browser kept for this page. Anybody can change it there, and an older version wrote it otherwise: what does not fit is as if there were nothing.</summary>
internal static class StoredJson
{
    // As the browser's calls write it, and strict where a null would end the page that reads it.
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true };

    public static T? Read<T>(JsonElement stored) where T : class
    {
        if (stored.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)) return null;
        try
        {
            return stored.Deserialize<T>(Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
