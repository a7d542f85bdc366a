using System.Security.Cryptography;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Recordings;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Web.Live;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Recordings;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Recordings;

/// <summary>The recorder under a stream: all of it is in the file, nobody waits for the disk, and what is missing is counted and said.</summary>
[Trait("Category", "Unit")]
public sealed class RecorderTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("kvlab-rec-").FullName;
    private readonly FakeTimeProvider _time = new(Recorded.Header.BegunAt);
    private readonly State _state = new();
    private long _ms;
    private long _event;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private sealed class State : IKeptState
    {
        public long Messages { get; set; }
        public byte[]? Saved { get; set; }
        public int Saves { get; private set; }

        public byte[]? Save()
        {
            Saves++;
            return Saved;
        }
    }

    private string Folder => Path.Combine(_data, "recordings");

    private (RecordingStore Store, Recorder Recorder) New(RecordingOptions? options = null, long mostWaiting = 1 << 24, double stateBytes = 0.5)
    {
        var store = new RecordingStore(_data, options ?? new RecordingOptions());
        return (store, new Recorder(store, options ?? new RecordingOptions(), _time, NullLogger<Recorder>.Instance) { MostWaiting = mostWaiting, StateBytesAnEvent = stateBytes });
    }

    /// <summary>One batch, and the picture after it.</summary>
    private void Tell(Recorder recorder, int events = 100, int ms = 100)
    {
        _time.Advance(TimeSpan.FromMilliseconds(ms));
        _ms += ms;
        recorder.Keep(new Observed(new ObserverTime(_ms, _time.GetUtcNow()), Recorded.Batch(_event + 1, events)), _state);
        _event += events;
        _state.Messages += 2 * events;
        recorder.Keep(new Observed(new ObserverTime(_ms, _time.GetUtcNow()), PictureTaken.Instance), _state);
    }

    private static Task EndAsync(Recorder recorder) => recorder.StopAsync(CancellationToken.None);

    private static long LastSequence(Stream file)
    {
        using (file)
        using (var reader = RecordingReader.Open(file))
            return reader.Read().Select(e => e.Observed.What).OfType<EventsReceived>().Last().Batch.Events[^1].Sequence;
    }

    [Fact]
    public async Task All_that_was_told_is_in_the_file_when_the_lab_has_ended()
    {
        var (store, recorder) = New();
        using var _ = store;
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 100; i++) Tell(recorder);
        await EndAsync(recorder);
        var recording = Assert.Single(recorder.List());
        Assert.Equal((RecordingState.Closed, 10_000, 20_000, 0, null), (recording.State, recording.Events, recording.Messages, recording.Dropped, recording.Why));
        await using var file = File.OpenRead(Path.Combine(Folder, recording.Id + ".kvrec"));
        Assert.Equal((null, 10_000, 200), (RecordingCheck.Of(file).Damage, RecordingCheck.Of(file).Events, RecordingCheck.Of(file).Elements));
        Assert.Equal(recording.Bytes, file.Length);
    }

    [Fact]
    public async Task A_state_is_kept_every_twenty_thousand_events_where_it_belongs()
    {
        var (store, recorder) = New();
        using var _ = store;
        _state.Saved = [1, 2, 3];
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 70; i++) Tell(recorder, 1000);
        await EndAsync(recorder);
        using var reader = RecordingReader.Open(store.OpenFile(recorder.List()[0].Id));
        // Twenty batches begin the 20,000th event's; each has its picture behind it. The first recording begins with nothing, and needs no state.
        Assert.Equal([(38L, 19_000L), (78L, 39_000L), (118L, 59_000L)], reader.Recording.Keyframes.Select(k => (k.Number, k.Events)));
        Assert.Equal([1, 2, 3], reader.ReadKeyframe(2));
        Assert.Equal(3, _state.Saves);
    }

    [Fact]
    public async Task Kept_states_take_half_a_byte_an_event_at_most_so_large_ones_stand_further_apart()
    {
        var (store, recorder) = New();
        using var _ = store;
        _state.Saved = RandomNumberGenerator.GetBytes(30_000);
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 150; i++)
        {
            Tell(recorder, 1000);
            // How large a state is on disk is known when it was written.
            if (i == 25) await Patience.UntilAsync(() => recorder.List() is [{ Keyframes: 1 }], "the first state is written");
        }

        await EndAsync(recorder);
        using var reader = RecordingReader.Open(store.OpenFile(recorder.List()[0].Id));
        var kept = reader.Recording.Keyframes;
        Assert.Equal((3, 19_000), (kept.Count, kept[0].Events));
        Assert.All(kept.Zip(kept.Skip(1)), pair => Assert.InRange(pair.Second.Events - pair.First.Events, 2 * pair.First.Length, 2 * pair.First.Length + 1000));
    }

    [Fact]
    public async Task Another_recording_begins_with_a_state_and_the_one_before_is_closed()
    {
        var (store, recorder) = New();
        using var _ = store;
        _state.Saved = [7];
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        Tell(recorder);
        var starting = recorder.StartAsync("second");
        Tell(recorder);
        var second = await starting.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Equal(("second", RecordingState.Recording, null), (second.Name, second.State, second.Follows));
        var stopped = await recorder.StopRecordingAsync();
        Assert.Equal((second.Id, RecordingState.Closed, 100, 1), (stopped!.Id, stopped.State, stopped.Events, stopped.Keyframes));
        Tell(recorder);
        Assert.Null(await recorder.StopRecordingAsync());
        Assert.Equal([RecordingState.Closed, RecordingState.Closed], recorder.List().Select(r => r.State));
        await EndAsync(recorder);
    }

    [Fact]
    public async Task A_disk_that_is_too_slow_holds_nobody_up_and_what_is_missing_is_counted_and_said()
    {
        var (store, recorder) = New(mostWaiting: 20_000);
        using var _ = store;
        // Nobody writes yet: what is told waits, and soon there is no more room.
        for (var i = 0; i < 50; i++) Tell(recorder);
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        await Patience.UntilAsync(() =>
        {
            Tell(recorder, 1);
            return recorder.List().Count == 2;
        }, "another recording begins");
        await EndAsync(recorder);
        var (after, before) = (recorder.List()[0], recorder.List()[1]);
        Assert.Equal((RecordingState.Broken, RecordingState.Closed, before.Id), (before.State, after.State, after.Follows));
        Assert.Equal(_event, before.Events + before.Dropped + after.Events);
        Assert.True(before.Dropped > 2_000);
        Assert.Equal($"The disk was too slow: {before.Dropped} events were not recorded.", before.Why);
        Assert.Equal(before.Events, LastSequence(store.OpenFile(before.Id)));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_stops_nobody_and_recording_begins_when_it_can()
    {
        await File.WriteAllTextAsync(Folder, "in the way", TestContext.Current.CancellationToken);
        var (store, recorder) = New();
        using var _ = store;
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        Tell(recorder);
        await Patience.UntilAsync(() => recorder.List() is [{ State: RecordingState.Broken, Why.Length: > 10 }], "it is said that nothing is recorded");
        File.Delete(Folder);
        Tell(recorder);
        Assert.Equal(RecordingState.Broken, recorder.List()[0].State);
        Tell(recorder, ms: 6_000);
        await Patience.UntilAsync(() => recorder.List() is [{ State: RecordingState.Recording }], "it is recorded");
        await EndAsync(recorder);
        Assert.Equal(100, Assert.Single(recorder.List()).Events);
    }

    [Fact]
    public async Task All_together_have_no_more_bytes_than_they_may_and_the_oldest_go_first()
    {
        var (store, recorder) = New(new RecordingOptions { MaxMegabytes = 1 }, stateBytes: 1);
        using var _ = store;
        _state.Saved = new byte[1000];
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        var random = new Random(7);
        // States that cannot be packed fill the files quickly.
        for (var i = 0; i < 100; i++)
        {
            _state.Saved = new byte[20_000];
            random.NextBytes(_state.Saved);
            Tell(recorder, 10_000);
            // Whoever asks the writing thread has waited for what came before.
            await Assert.ThrowsAsync<CommandException>(() => recorder.RenameAsync("none", ""));
        }

        await EndAsync(recorder);
        var all = recorder.List();
        Assert.InRange(all.Sum(r => r.Bytes), 200_000, 1_048_576);
        Assert.Equal(all.Sum(r => r.Bytes), Directory.GetFiles(Folder, "*.kvrec").Sum(f => new FileInfo(f).Length));
        Assert.Contains("at most 1 MB, and the oldest are deleted", all[^1].Why, StringComparison.Ordinal);
        Assert.All(all.SkipLast(1), r => Assert.Null(r.Why));
        Assert.Equal(_event, LastSequence(store.OpenFile(all.First(r => r.Events > 0).Id)));
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.Equal(pair.Second.Id, pair.First.Follows));
    }

    [Fact]
    public async Task Off_means_that_nothing_is_written()
    {
        var (store, recorder) = New(new RecordingOptions { Enabled = false });
        using var _ = store;
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        Tell(recorder);
        await EndAsync(recorder);
        Assert.Empty(recorder.List());
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task What_a_killed_process_left_open_is_closed_and_said_and_another_lab_keeps_its_hands_off()
    {
        Directory.CreateDirectory(Folder);
        var id = Recorded.Header.Id;
        await File.WriteAllBytesAsync(Path.Combine(Folder, id + ".kvrec"), [.. Recorded.Small(writer => writer.EndChunk(12)), 2, 9, 9], TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(Folder, "import-1.part"), "half", TestContext.Current.CancellationToken);
        var (store, recorder) = New();
        using var _ = store;
        await recorder.StartAsync(TestContext.Current.CancellationToken);
        Tell(recorder);
        await Patience.UntilAsync(() => recorder.List().Count == 2, "the lab records");
        var left = recorder.Find(id);
        Assert.Equal((RecordingState.Broken, 120), (left.State, left.Events));
        Assert.Contains("The lab ended while this was being recorded", left.Why, StringComparison.Ordinal);
        Assert.Null(RecordingCheck.Of(store.OpenFile(id)).Damage);
        Assert.Empty(Directory.GetFiles(Folder, "*.part"));

        var (other, second) = New();
        using var __ = other;
        await second.StartAsync(TestContext.Current.CancellationToken);
        Tell(second);
        await Patience.UntilAsync(() => second.List() is [{ Why: { } why }, ..] && why.Contains("another lab records", StringComparison.Ordinal), "the second lab says why it records nothing");
        Assert.Throws<CommandException>(() => other.Delete(recorder.List()[0].Id));
        await EndAsync(second);
        await EndAsync(recorder);
    }
}
