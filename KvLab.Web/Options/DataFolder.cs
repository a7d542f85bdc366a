namespace KvLab.Web.Options;

/// <summary>Where runs are kept: <c>KVLAB_DATA</c>, by default a folder of the user's application data.</summary>
internal static class DataFolder
{
    /// <returns>Empty where nothing is chosen and the user has no home. It may be missing.</returns>
    public static string Of(IConfiguration configuration)
    {
        if (configuration["KVLAB_DATA"] is { Length: > 0 } chosen) return Path.GetFullPath(chosen.Replace("\0", "", StringComparison.Ordinal));
        var home = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        // A folder beside whatever the program was started from would be another one each time.
        return Path.IsPathRooted(home) ? Path.Combine(home, "KvLab") : "";
    }
}
