namespace KvLab.Bench.Clusters;

/// <summary>Programs that may or may not be on this machine.</summary>
internal static class Installed
{
    /// <returns>Its path, or null.</returns>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <exception cref="NotInstalledException">It is not there.</exception>
    public static string Require(string program, string package) =>
        Find(program) ?? throw new NotInstalledException($"{program} is not installed here (Debian: apt-get install {package}).");
}

/// <summary>An anchor is missing; the others can still be measured.</summary>
internal sealed class NotInstalledException(string message) : Exception(message);
