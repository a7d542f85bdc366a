using System.Diagnostics;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Tests.Components.Experiments;
using KvLab.Web.Experiments;
using KvLab.Web.Leases;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace KvLab.Tests.Experiments;

/// <summary>A data folder that cannot be used keeps nobody from the lab: one sentence says what is wrong, where, and what to do.</summary>
[Trait("Category", "Unit")]
public sealed class RunStoreTroubleTests : IDisposable
{
    private static readonly Lazy<ExperimentRun> Run = new(() => WorldExperiment.Run(new ExperimentPlan { Writes = 10, Quorums = [1, 2], WarmUpWrites = 0 }) with { Id = "whole" });
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-trouble-").FullName;

    private string Database => Path.Combine(_folder, "experiments.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>What was done to the folder, and the words that say so.</summary>
    public static TheoryData<string, string> Troubles => new()
    {
        { "garbage", "is not a database" },
        { "foreign", "is a database of another program" },
        { "foreign tables", "not one of KvLab" },
        { "newer", "was written by a newer KvLab (schema 7" },
        { "cut off", "is damaged or cut off" },
        { "folder", "cannot be opened" },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task A_file_that_is_not_ours_is_named_and_left_alone_and_the_lab_runs(string trouble, string words)
    {
        Spoil(trouble);
        var before = trouble == "folder" ? [] : File.ReadAllBytes(Database);

        using var store = new RunStore(_folder);
        Assert.Contains(words, store.Problem, StringComparison.Ordinal);
        Assert.Contains(Database, store.Problem, StringComparison.Ordinal);
        Assert.Contains("KVLAB_DATA", store.Problem, StringComparison.Ordinal);
        MustRefuse(() => store.List(), store.Problem!);
        MustRefuse(() => store.Load("whole"), store.Problem!);
        MustRefuse(() => store.Save(Run.Value), store.Problem!);
        MustRefuse(() => store.Delete("whole"), store.Problem!);
        if (trouble != "folder") Assert.Equal(before, File.ReadAllBytes(Database));

        var lease = new ExclusiveLease();
        await using var experiments = new HeldCluster().Experiments(store, TimeProvider.System, lease);
        var refused = await Assert.ThrowsAsync<CommandException>(() => experiments.StartAsync(new ExperimentPlan { Writes = 1, Quorums = [1] }, TestContext.Current.CancellationToken));
        Assert.Equal((503, store.Problem), (refused.Status, refused.Message));
        Assert.Null(lease.Current);
        Assert.Null(experiments.Current);
    }

    [Fact]
    public void A_file_where_the_folder_should_be_and_a_folder_that_cannot_be_made_are_said()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "mine");
        using (var store = new RunStore(file)) Assert.Contains($"{file} is a file", store.Problem, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(file));

        var impossible = Path.Combine(file, "below");
        using (var store = new RunStore(impossible))
        {
            Assert.Contains($"{impossible} cannot be created or written to", store.Problem, StringComparison.Ordinal);
            MustRefuse(() => store.List(), store.Problem!);
        }

        using (var store = new RunStore("")) Assert.Contains("no home folder", store.Problem, StringComparison.Ordinal);
        Assert.Equal(Path.GetFullPath("here"), DataFolder.Of(new ConfigurationBuilder().AddInMemoryCollection([new("KVLAB_DATA", "here")]).Build()));
    }

    [Fact]
    public void A_file_that_may_only_be_read_is_said_when_it_is_opened_and_is_read()
    {
        using (var store = new RunStore(_folder)) store.Save(Run.Value);
        Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        Assert.SkipUnless(MayOnlyBeRead(true), "Nobody may take the right to write from whoever runs this.");
        try
        {
            using var store = new RunStore(_folder);
            Assert.Contains($"{Database} is read-only", store.Problem, StringComparison.Ordinal);
            Assert.False(store.CanWrite);
            Assert.Equal("whole", Assert.Single(store.List()).Id);
            MustRefuse(() => store.Save(Run.Value), store.Problem!);
            MayOnlyBeRead(false);
            Assert.True(store.Delete("whole"));
            Assert.Null(store.Problem);
        }
        finally
        {
            MayOnlyBeRead(false);
        }
    }

    /// <summary>By rights, or by an attribute where rights do not hold for the user.</summary>
    private bool MayOnlyBeRead(bool only)
    {
        if (OperatingSystem.IsWindows()) return false;
        if (Environment.IsPrivilegedProcess)
        {
            using var chattr = Process.Start(new ProcessStartInfo("chattr", [only ? "+i" : "-i", Database]) { RedirectStandardError = true })!;
            chattr.WaitForExit();
            return chattr.ExitCode == 0;
        }

        File.SetUnixFileMode(Database, only ? UnixFileMode.UserRead : UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return true;
    }

    [Fact]
    public void What_is_mended_is_used_without_a_new_start()
    {
        Spoil("garbage");
        using var store = new RunStore(_folder);
        MustRefuse(() => store.Save(Run.Value), store.Problem!);
        File.Delete(Database);
        store.Save(Run.Value);
        Assert.Null(store.Problem);
        Assert.Equal("whole", Assert.Single(store.List()).Id);
    }

    [Fact]
    public void A_damaged_row_is_shown_as_one_and_hides_no_other()
    {
        using var store = new RunStore(_folder);
        store.Save(Run.Value);
        foreach (var id in new[] { "a", "b", "c", "d" }) store.Save(Run.Value with { Id = id });
        Execute("UPDATE runs SET state = 'Sleeping' WHERE id = 'a'; UPDATE runs SET started_at = 'noon' WHERE id = 'b'; UPDATE runs SET points = 'many' WHERE id = 'c'; UPDATE runs SET run = 'no json' WHERE id = 'd'");

        var list = store.List();
        Assert.Equal(["a", "b", "c"], list.Where(r => r.Problem is not null).Select(r => r.Id).Order());
        Assert.Equal(5, list.Count);
        Assert.NotNull(store.Load("whole"));
        Assert.Contains("The stored run d is damaged", Assert.Throws<WrongRunException>(() => store.Load("d")).Message, StringComparison.Ordinal);
        Assert.True(store.Delete("d"));
    }

    [Fact]
    public void A_damaged_running_row_does_not_keep_the_store_from_opening()
    {
        using (var store = new RunStore(_folder))
        {
            store.Save(Run.Value with { Id = "cut", State = RunState.Running });
            store.Save(Run.Value with { Id = "bad", State = RunState.Running });
        }

        Execute("UPDATE runs SET run = 'no json' WHERE id = 'bad'");
        using var again = new RunStore(_folder);
        Assert.Null(again.Problem);
        Assert.Equal(RunState.Broken, again.Load("cut")!.State);
    }

    [Fact]
    public void A_second_lab_reads_what_the_first_has_and_writes_nothing_until_the_first_has_ended()
    {
        using var first = new RunStore(_folder);
        first.Save(Run.Value with { Id = "under-way", State = RunState.Running });
        using var second = new RunStore(_folder);

        Assert.Equal(RunState.Running, Assert.Single(second.List()).State);
        Assert.Equal(RunState.Running, second.Load("under-way")!.State);
        Assert.Contains($"another lab uses {_folder} (process {Environment.ProcessId}", second.Problem, StringComparison.Ordinal);
        MustRefuse(() => second.Delete("under-way"), second.Problem!);
        MustRefuse(() => second.Rename("under-way", "mine now"), second.Problem!);
        MustRefuse(() => second.Save(Run.Value), second.Problem!);
        first.Save(Run.Value with { Id = "under-way" });
        Assert.Equal(RunState.Done, Assert.Single(second.List()).State);

        first.Dispose();
        second.Save(Run.Value);
        Assert.Null(second.Problem);
        Assert.Equal(2, second.List().Count);
    }

    private static void MustRefuse(Action use, string sentence)
    {
        var refused = Assert.Throws<CommandException>(use);
        Assert.Equal((503, sentence), (refused.Status, refused.Message));
    }

    private void Spoil(string trouble)
    {
        switch (trouble)
        {
            case "garbage": File.WriteAllText(Database, string.Concat(Enumerable.Repeat("This is a letter to my aunt. ", 500))); break;
            case "foreign": Execute("CREATE TABLE songs (name TEXT)"); break;
            case "foreign tables": Execute("CREATE TABLE songs (name TEXT); PRAGMA user_version = 1"); break;
            case "folder": Directory.CreateDirectory(Database); break;
            case "newer":
                using (var store = new RunStore(_folder)) store.Save(Run.Value);
                Execute("PRAGMA user_version = 7");
                break;
            default:
                using (var store = new RunStore(_folder)) store.Save(Run.Value);
                Execute("PRAGMA wal_checkpoint(TRUNCATE)");
                using (var file = File.OpenWrite(Database)) file.SetLength(file.Length / 2 / 4096 * 4096);
                break;
        }
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a constant of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
