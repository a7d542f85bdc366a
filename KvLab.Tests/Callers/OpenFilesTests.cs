using KvLab.Core.Configuration;
using Xunit;

namespace KvLab.Tests.Callers;

[Trait("Category", "Unit")]
public sealed class OpenFilesTests
{
    private static string Limits(string soft) => $"""
        Limit                     Soft Limit           Hard Limit           Units
        Max core file size        0                    unlimited            bytes
        Max open files            {soft,-20} 524288               files
        Max locked memory         8388608              8388608              bytes
        """;

    [Theory]
    [InlineData("100", true)]
    [InlineData("511", true)]
    [InlineData("512", false)]
    [InlineData("unlimited", false)]
    public void A_limit_below_what_is_needed_is_said_in_one_sentence(string soft, bool said)
    {
        var sentence = OpenFiles.TooFew("KvLab", 512, Limits(soft));
        Assert.Equal(said, sentence is not null);
        if (said) Assert.Equal($"KvLab cannot start: this shell allows {soft} open files, and at least 512 are needed. Raise the limit here: ulimit -n 4096", sentence);
    }

    [Fact]
    public void Where_nobody_knows_nothing_is_said() => Assert.Null(OpenFiles.TooFew("KvLab", 512, "something else"));
}
