using KvLab.Web.Lessons;
using KvLab.Web.Options;
using Xunit;

namespace KvLab.Tests.Lessons;

/// <summary>A teacher's own folder.</summary>
[Trait("Category", "Unit")]
public sealed class LessonBookTests : IDisposable
{
    private const string Story = "```predict n\nask: How many?\nfrom: 0\nto: 9\nexact: 1\n```\n```run n\n# A run\n> write k = a\n{0}\n> measure lost as n\n```\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-lessons-").FullName;

    private void Write(string name, string line, string uses = "") =>
        File.WriteAllText(Path.Combine(_folder, name), $"---\ntitle: {name}\nminutes: 5\nstate: draft\n{uses}---\nWords.\n\n{Story.Replace("{0}", line, StringComparison.Ordinal)}");

    private LessonBook Book(params string[] may) => new(new LessonOptions { Folder = _folder, May = may });

    private static string? WhyNot(LessonBook book, string name)
    {
        var lesson = book.Require(name);
        return book.WhyNot(new LessonTold(lesson, LessonVariant.All(lesson)[0]), lesson.Blocks.OfType<RunBlock>().Single());
    }

    [Fact]
    public void Its_lessons_stand_behind_those_of_KvLab_and_are_read_anew()
    {
        var book = Book();
        Assert.Equal(LessonLibrary.All, book.Read().Lessons);
        Write("mine.md", "> wait until quiet");
        Assert.Equal("mine", book.Read().Lessons[^1].Name);
        Assert.Empty(book.Read().Troubles);
        Assert.Null(WhyNot(book, "mine"));
    }

    [Fact]
    public void A_file_that_is_no_lesson_is_named_and_the_others_are_there()
    {
        Write("mine.md", "> wait until quiet");
        File.WriteAllText(Path.Combine(_folder, "broken.md"), "Words");
        File.WriteAllText(Path.Combine(_folder, "quorum-and-latency.md"), "Words");
        File.WriteAllText(Path.Combine(_folder, "long.md"), new string('x', 5 * Lesson.LongestText));
        var read = Book().Read();
        Assert.Equal(LessonLibrary.All.Length + 1, read.Lessons.Length);
        Assert.Equal(["broken.md: ", "long.md: ", "quorum-and-latency.md: "], read.Troubles.Select(t => t[..(t.IndexOf(' ', StringComparison.Ordinal) + 1)]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("> kill follower-1", "kill")]
    [InlineData("> fail over", "kill")]
    [InlineData("> link follower-1 request.lossPercent = 50", "links")]
    [InlineData("> partition follower-1", "links")]
    public void What_it_does_to_the_nodes_it_must_say_and_the_lab_must_allow(string line, string power)
    {
        Write("mine.md", line);
        Assert.Contains($"uses: {power}", Assert.Single(Book(power).Read().Troubles), StringComparison.Ordinal);
        Write("mine.md", line, $"uses: {power}\n");
        Assert.Contains("Lab:LessonsMay", WhyNot(Book(), "mine")!, StringComparison.Ordinal);
        Assert.Null(WhyNot(Book(power), "mine"));
    }

    [Fact]
    public void What_comes_with_KvLab_may_do_everything()
    {
        var book = Book();
        foreach (var lesson in LessonLibrary.All) Assert.All(lesson.Blocks.OfType<RunBlock>(), r => Assert.Null(book.WhyNot(new LessonTold(lesson, LessonVariant.All(lesson)[0]), r)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
