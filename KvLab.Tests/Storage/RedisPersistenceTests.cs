using KvLab.Nodes.Storage;
using Xunit;

namespace KvLab.Tests.Storage;

/// <summary>What people are told of a Redis server's own settings; see redis.io/docs/management/persistence.</summary>
[Trait("Category", "Unit")]
public sealed class RedisPersistenceTests
{
    [Theory]
    [InlineData("yes", "always", "", "a killed server loses nothing.")]
    [InlineData("yes", "everysec", "3600 1", "a power failure loses the last moments.")]
    [InlineData("no", "everysec", "3600 1 300 100", "(appendonly no, save 3600 1 300 100): a killed server loses what came after the last one.")]
    [InlineData("no", "everysec", "", "a killed server loses everything.")]
    [InlineData("", "", "", "is not known.")]
    public void The_sentence_says_what_a_killed_server_loses(string appendOnly, string appendFsync, string save, string end) =>
        Assert.EndsWith(end, RedisPersistence.Sentence(appendOnly, appendFsync, save));
}
