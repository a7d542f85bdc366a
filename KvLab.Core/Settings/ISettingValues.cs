using KvLab.Core.Configuration;

namespace KvLab.Core.Settings;

/// <summary>
/// Texts by name, as somebody set them in an environment, on a command line or in a configuration, read as what they are to be. What is absent or wrong is the
/// fallback; what is wrong is noted too.
/// </summary>
public interface ISettingValues
{
    FieldErrors Errors { get; }

    /// <summary>By which name somebody set it, so that an error names what he can find.</summary>
    string NameOf(string name);

    /// <param name="why">Where the upper end comes from, when it is not always the same.</param>
    int Int(string name, int fallback, int from, int to, string? why = null);

    long Long(string name, long fallback);
    double Number(string name, double fallback);
    bool Flag(string name, bool fallback);

    /// <summary>One of an enum's names as they are written in JSON.</summary>
    T Choice<T>(string name, T fallback) where T : struct, Enum;
}
