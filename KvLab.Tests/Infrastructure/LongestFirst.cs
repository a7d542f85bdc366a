using KvLab.Tests.Infrastructure;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace KvLab.Tests.Infrastructure;

/// <summary>What takes longest begins first, so that no core is idle while the last of it ends: the pages (one after another), then everything with processes.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => Rank(c.TestCollectionDisplayName)).ThenBy(c => c.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Rank(string name) => name switch
    {
        Browser.BrowserTests.Name => 0,
        Browser.GuideReaders.Name => 1,
        _ when name.Contains(".StorageProcessTests", StringComparison.Ordinal) => 2,
        _ when name.Contains(".Processes.", StringComparison.Ordinal) || name.Contains(".RealControlTests", StringComparison.Ordinal) => 3,
        _ => 4,
    };
}
