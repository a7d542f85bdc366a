using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using KvLab.Core.Experiments;
using Microsoft.Data.Sqlite;

namespace KvLab.Web.Experiments;

public sealed partial class RunStore
{
    /// <summary>A row that somebody or something damaged hides no other.</summary>
    private static RunSummary Summary(SqliteDataReader row)
    {
        var id = Text(0);
        var known = Enum.TryParse<RunState>(Text(3), out var state) && Enum.GetNames<RunState>().Contains(Text(3));
        var dated = DateTimeOffset.TryParse(Text(4), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var startedAt);
        var problem = !RunRules.IsId(id) ? "its id is not one that KvLab gives"
            : !known ? $"it has no known state"
            : !dated ? "it has no time"
            : Count(5) is null || Count(6) is null ? "its counts are not numbers"
            : null;
        return new RunSummary(id, Text(1), Text(2), known && problem is null ? state : RunState.Broken, startedAt, Count(5) ?? 0, Count(6) ?? 0,
            problem is null ? null : $"This row of the store is damaged: {problem}.")
        {
            Simulated = !row.IsDBNull(7),
        };

        string Text(int column) => Convert.ToString(row.GetValue(column), CultureInfo.InvariantCulture) ?? "";

        int? Count(int column) => row.GetValue(column) is long and >= 0 and <= int.MaxValue ? row.GetInt32(column) : null;
    }

    private static byte[] Pack(PointResult point)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) JsonSerializer.Serialize(gzip, point, RunFile.Json);
        return packed.ToArray();
    }

    /// <exception cref="WrongRunException">It is no point.</exception>
    private static PointResult Unpack(object packed, string id)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed as byte[] ?? []), CompressionMode.Decompress);
            using var point = new MemoryStream();
            gzip.CopyTo(point);
            return RunFile.Parse<PointResult>(point.GetBuffer().AsSpan(0, (int)point.Length), $"The stored run {id} is damaged");
        }
        catch (InvalidDataException problem)
        {
            throw new WrongRunException("points", $"The stored run {id} is damaged: one of its points cannot be unpacked.", problem);
        }
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // every statement is a constant of this class
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command;
    }

    private static int Execute(SqliteConnection connection, string sql, params (string, object)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql, params (string, object)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteScalar();
    }
}
