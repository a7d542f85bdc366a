using System.Text.RegularExpressions;
using Xunit;

namespace KvLab.Tests.Architecture;

/// <summary>What is built is what was reviewed, and no secret stands in a file that everybody has (docs/decisions/0029).</summary>
[Trait("Category", "Unit")]
public sealed partial class SupplyTests
{
    private static readonly string Compose = SourceTree.Read("docker-compose.yml");

    private static IEnumerable<string> Files(string pattern) => Directory.EnumerateFiles(SourceTree.Root, pattern, SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(SourceTree.Root, f))
        .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [Fact]
    public void Every_project_has_a_lock_file()
    {
        var projects = Files("*.csproj").ToList();
        Assert.NotEmpty(projects);
        Assert.All(projects, project => Assert.True(
            File.Exists(Path.Combine(SourceTree.Root, Path.GetDirectoryName(project)!, "packages.lock.json")), $"{project} has no packages.lock.json."));
    }

    [Fact]
    public void Ci_and_images_restore_locked_and_packages_are_audited()
    {
        var properties = SourceTree.Read("Directory.Build.props");
        Assert.Contains("<RestoreLockedMode Condition=\"'$(CI)' == 'true'\">true", properties, StringComparison.Ordinal);
        Assert.Contains("<NuGetAudit>true", properties, StringComparison.Ordinal);
        Assert.All(Files("Dockerfile*"), file =>
        {
            var text = SourceTree.Read(file);
            Assert.Contains("dotnet restore --locked-mode", text, StringComparison.Ordinal);
            foreach (Match copied in CopiedProject().Matches(text)) Assert.Contains("packages.lock.json", copied.Value, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Images_are_named_by_exact_versions()
    {
        var images = Files("Dockerfile*").SelectMany(file => From().Matches(SourceTree.Read(file))).Concat(Image().Matches(Compose))
            .Select(match => match.Groups[1].Value).Where(image => !image.StartsWith("kvlab-", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(images);
        Assert.All(images, image => Assert.Matches(@":\d+\.\d+(\.\d+)*$", image));
        // Both parts of an image of .NET have three numbers; two would follow whatever comes.
        Assert.All(images.Where(i => i.Contains("dotnet/", StringComparison.Ordinal)), image => Assert.Matches(@":\d+\.\d+\.\d+$", image));
    }

    [Fact]
    public void Compose_has_no_default_secret_and_asks_for_the_token()
    {
        var secrets = Secret().Matches(Compose).Select(match => match.Value).ToList();
        Assert.Contains(secrets, secret => secret.StartsWith("${CLUSTER_TOKEN:?", StringComparison.Ordinal));
        Assert.All(secrets, secret => Assert.Matches(@"^\$\{\w+(:\?[^}]+|:-)\}$", secret));
        Assert.DoesNotMatch("(?im)^[^#]*(password|token)[\"']?: *\"?[a-z0-9]", Compose);
    }

    [Theory]
    [InlineData("WRITE_QUORUM")]
    [InlineData("MIN_DELAY_MS")]
    [InlineData("MAX_DELAY_MS")]
    [InlineData("DELAY_SEED")]
    [InlineData("REPLICATION_TIMEOUT_MS")]
    [InlineData("STORAGE")]
    [InlineData("LAB")]
    public void Compose_passes_a_setting_of_the_environment_on(string name) => Assert.Contains($"{name}: \"${{{name}:-", Compose, StringComparison.Ordinal);

    [GeneratedRegex(@"^COPY .*\.csproj .*$", RegexOptions.Multiline)]
    private static partial Regex CopiedProject();

    [GeneratedRegex(@"^FROM (\S+)", RegexOptions.Multiline)]
    private static partial Regex From();

    [GeneratedRegex(@"^\s+image: (\S+)", RegexOptions.Multiline)]
    private static partial Regex Image();

    [GeneratedRegex(@"\$\{\w*(?:TOKEN|PASSWORD|SECRET)[^}]*\}")]
    private static partial Regex Secret();
}
