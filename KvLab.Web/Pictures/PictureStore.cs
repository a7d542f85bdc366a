using System.Security.Cryptography;
using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Web.Problems;

namespace KvLab.Web.Pictures;

/// <summary>
/// The pictures that were put aside for reports, two files each in the folder <c>pictures</c>: the PNG, and what is known of it. What is known is written last, so that a picture
/// that is listed is whole. Safe for concurrent use, also by several labs.
/// </summary>
/// <param name="dataFolder">Empty: there is none, and nothing can be kept.</param>
public sealed class PictureStore(string dataFolder, TimeProvider time)
{
    /// <summary>None is forgotten by itself: whoever has so many removes some.</summary>
    public const int Most = 200;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly string _folder = dataFolder.Length == 0 ? "" : Path.Combine(dataFolder, "pictures");

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Picture> List() => !Directory.Exists(_folder) ? []
        : [.. Directory.EnumerateFiles(_folder, "*.json").Select(f => Read(Path.GetFileNameWithoutExtension(f))).OfType<Picture>().OrderByDescending(p => p.TakenAt).ThenBy(p => p.Id, StringComparer.Ordinal)];

    /// <returns>Null where there is none of this id.</returns>
    public PictureFile? Find(string id)
    {
        if (!IsId(id) || Read(id) is not { } picture) return null;
        try
        {
            return new PictureFile(picture, File.ReadAllBytes(PathOf(id, "png")));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <exception cref="CommandException">400: it is none; 409: there are too many; 503 or 507: the disk does not take it.</exception>
    public Picture Add(PictureKind kind, string caption, string? link, PictureTable table, byte[] png)
    {
        Refuse([.. PictureRules.Check(caption, link, png), .. PictureRules.Check(table)]);
        if (_folder.Length == 0) throw new CommandException(503, "No picture can be kept: this user has no home folder. Name a folder: KVLAB_DATA=/path/to/folder.");
        if (List().Count >= Most) throw new CommandException(409, $"There are {Most} pictures already. Remove some on the page of a report, or by DELETE /api/pictures/{{id}}.");
        var picture = new Picture($"{time.GetUtcNow():yyyyMMdd-HHmmss}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3))}", kind, caption.Trim(), link, time.GetUtcNow(), table);
        return Write(() =>
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllBytes(PathOf(picture.Id, "png"), png);
            Save(picture);
            return picture;
        });
    }

    /// <exception cref="CommandException">400: it is no table; 404: there is no such picture.</exception>
    public Picture SetTable(string id, PictureTable table)
    {
        Refuse(PictureRules.Check(table));
        var picture = (IsId(id) ? Read(id) : null) ?? throw Missing(id);
        return Write(() =>
        {
            Save(picture with { Table = table });
            return picture with { Table = table };
        });
    }

    /// <exception cref="CommandException">404: there is no such picture.</exception>
    public void Remove(string id)
    {
        if (!IsId(id) || !File.Exists(PathOf(id, "json"))) throw Missing(id);
        Write(() =>
        {
            File.Delete(PathOf(id, "json"));
            File.Delete(PathOf(id, "png"));
            return true;
        });
    }

    internal static CommandException Missing(string id) => new(404, $"There is no picture {ErrorText.Short(id)}.");

    private static void Refuse(IReadOnlyList<FieldError> errors)
    {
        if (errors.Count > 0) throw new CommandException(400, string.Join(" ", errors.Select(e => e.Message)), errors);
    }

    /// <summary>An id is the name of a file: it cannot lead out of the folder.</summary>
    private static bool IsId(string id) => id.Length is > 0 and <= 64 && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private string PathOf(string id, string kind) => Path.Combine(_folder, $"{id}.{kind}");

    private void Save(Picture picture)
    {
        var part = PathOf(picture.Id, "part");
        File.WriteAllBytes(part, JsonSerializer.SerializeToUtf8Bytes(picture, Json));
        File.Move(part, PathOf(picture.Id, "json"), overwrite: true);
    }

    /// <returns>Null where it is not there, or was changed by hand so that nobody can read it.</returns>
    private Picture? Read(string id)
    {
        try
        {
            return _folder.Length == 0 ? null : JsonSerializer.Deserialize<Picture>(File.ReadAllBytes(PathOf(id, "json")), Json) is { Table: not null } read && read.Id == id ? read : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private T Write<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandException((failure.HResult & 0xFFFF) is 28 or 112 ? 507 : 503, $"{_folder} cannot be written ({failure.Message.TrimEnd('.')}).", inner: failure);
        }
    }
}
