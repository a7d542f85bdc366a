namespace KvLab.Web.Experiments;

/// <summary>Where runs are kept: <c>KVLAB_DATA</c>, by default a folder of the user's application data.</summary>
internal static class DataFolder
{
    public static string Of(IConfiguration configuration) =>
        configuration["KVLAB_DATA"] is { Length: > 0 } chosen
            ? Path.GetFullPath(chosen)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.Create), "KvLab");
}
