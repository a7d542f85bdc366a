using System.Diagnostics;
using Xunit;

namespace KvLab.Tests.Architecture;

/// <summary>A working tree has line feeds wherever it is made: with carriage returns no script runs.</summary>
[Trait("Category", "Unit")]
public sealed class LineEndTests
{
    [Fact]
    public void Every_text_has_line_feeds_whatever_core_autocrlf_says()
    {
        if (!Directory.Exists(Path.Combine(SourceTree.Root, ".git")) && !File.Exists(Path.Combine(SourceTree.Root, ".git"))) Assert.Skip("This is no working tree of git.");
        var files = Git("-c", "core.autocrlf=true", "ls-files", "--eol");
        Assert.Contains(files, f => f.EndsWith("\ttest.sh", StringComparison.Ordinal));
        Assert.Contains(files, f => f.EndsWith("Dockerfile", StringComparison.Ordinal));
        Assert.DoesNotContain(files, f => !f.StartsWith("i/-text", StringComparison.Ordinal) && !(f.StartsWith("i/lf", StringComparison.Ordinal) || f.StartsWith("i/none", StringComparison.Ordinal)));
        Assert.DoesNotContain(files, f => f.StartsWith("i/lf", StringComparison.Ordinal) && !f.Contains("eol=lf", StringComparison.Ordinal));
    }

    private static string[] Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = SourceTree.Root, RedirectStandardOutput = true })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
