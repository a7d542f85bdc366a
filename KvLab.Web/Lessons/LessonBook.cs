using System.Collections.Immutable;
using KvLab.Core.Scenarios;
using KvLab.Core.Wire;
using KvLab.Web.Options;
using KvLab.Web.Problems;

namespace KvLab.Web.Lessons;

/// <summary>The lessons of this lab: those that come with KvLab, and behind them those of a teacher's folder, read anew for whoever asks. Safe for concurrent use.</summary>
public sealed class LessonBook(LessonOptions options)
{
    /// <summary>A folder is somebody's course, not a library.</summary>
    public const int MostFiles = 100;

    /// <param name="Lessons">In their order.</param>
    /// <param name="Troubles">Of each file that is no lesson, what is wrong with it.</param>
    public sealed record Contents(ImmutableArray<Lesson> Lessons, ImmutableArray<string> Troubles)
    {
        /// <returns>Null where there is none of this name.</returns>
        public Lesson? Find(string? name) => Lessons.FirstOrDefault(l => l.Name == name);
    }

    public Contents Read()
    {
        if (options.Folder is not { } folder) return new Contents(LessonLibrary.All, []);
        var (own, troubles) = (ImmutableArray.CreateBuilder<Lesson>(), ImmutableArray.CreateBuilder<string>());
        try
        {
            string[] files = [.. Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal).Take(MostFiles + 1)];
            if (files.Length > MostFiles) troubles.Add($"{folder} has more than {MostFiles} lessons; the rest was not read.");
            foreach (var file in files.Take(MostFiles)) ReadFile(file, own, troubles);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            troubles.Add($"{folder} cannot be read: {unreadable.Message}");
        }

        return new Contents([.. LessonLibrary.All, .. own], troubles.ToImmutable());
    }

    /// <exception cref="CommandException">404.</exception>
    public Lesson Require(string name)
    {
        var all = Read();
        return all.Find(name) ?? throw new CommandException(StatusCodes.Status404NotFound, $"There is no lesson {Unseen.Shown(name)}; the lessons are {string.Join(", ", all.Lessons.Select(l => l.Name))}.");
    }

    /// <returns>Why a run may not be played on the nodes; null: it may. In the simulator every run may be played.</returns>
    public string? WhyNot(LessonTold told, RunBlock run) => LessonLibrary.All.Contains(told.Lesson) ? null
        : PowersOf(told.StoryOf(run)).FirstOrDefault(p => !options.May.Contains(p)) is not { } power ? null
        : $"This lab does not let its own lessons {(power == LessonOptions.Kill ? "kill or freeze nodes" : "touch links")} on the live cluster (Lab:LessonsMay); play it in the simulator.";

    private static void ReadFile(string file, ImmutableArray<Lesson>.Builder lessons, ImmutableArray<string>.Builder troubles)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        try
        {
            if (LessonLibrary.Find(name) is not null) throw new LessonSyntaxException($"{name} is a lesson of KvLab already; give it another name.");
            // Longer than any lesson: it is not read to its end.
            if (new FileInfo(file).Length > 4 * Lesson.LongestText) throw new LessonSyntaxException($"It is longer than a lesson may be ({Lesson.LongestText} characters).");
            var lesson = Lesson.Parse(File.ReadAllText(file), name);
            // Variants differ in numbers, not in what is done.
            var told = new LessonTold(lesson, LessonVariant.All(lesson)[0]);
            if (lesson.Blocks.OfType<RunBlock>().SelectMany(r => PowersOf(told.StoryOf(r))).FirstOrDefault(p => !lesson.Uses.Contains(p)) is { } undeclared)
                throw new LessonSyntaxException($"Its runs need \"uses: {undeclared}\" in its head.");
            lessons.Add(lesson);
        }
        catch (Exception wrong) when (wrong is LessonSyntaxException or IOException or UnauthorizedAccessException)
        {
            troubles.Add(Unseen.Shown($"{Path.GetFileName(file)}: {wrong.Message}"));
        }
    }

    private static IEnumerable<string> PowersOf(Scenario story) => story.Steps.Select(s => s.Command switch
    {
        NodeCommand or StartCommand or FailOverCommand => LessonOptions.Kill,
        LinkCommand or PartitionCommand or HealCommand => LessonOptions.Links,
        _ => null,
    }).OfType<string>().Distinct();
}
