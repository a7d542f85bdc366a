using System.Collections.Immutable;

namespace KvLab.Web.Lessons;

/// <summary>Pages that a lesson may send to, by the names that it has for them.</summary>
public static class LessonPages
{
    public static readonly ImmutableSortedDictionary<string, string> Addresses = ImmutableSortedDictionary<string, string>.Empty
        .Add("live", "./").Add("timeline", "./timeline").Add("faults", "./faults").Add("scenarios", "./scenarios").Add("experiments", "./experiments").Add("simulator", "./simulator").Add("recordings", "./replay");
}
