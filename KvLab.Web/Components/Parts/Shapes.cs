namespace KvLab.Web.Components.Parts;

/// <summary>Every state has a shape of its own, so that colour never has to be seen to know it. Sixteen units wide and high, in the colour of what they stand in.</summary>
internal static class Shapes
{
    /// <summary>What lies under a shape shines through it.</summary>
    private const string Ground = "var(--kv-surface)";

    public static readonly (string Name, string Markup)[] All =
    [
        ("fresh", """<path d="M3 8.5 6.5 12 13 4.5" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/>"""),
        ("behind", """<path d="M8 2.5 14.5 13.5H1.5Z" fill="currentColor"/>"""),
        ("missing", """<path d="M3.5 8H12.5" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>"""),
        ("conflict", """<path d="M2.5 6H13.5M2.5 10.5H13.5M10.8 2.5 5.2 14" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>"""),
        ("ahead", """<path d="M8 1.5 14.5 8 8 14.5 1.5 8Z" fill="currentColor"/>"""),
        ("applied", """<circle cx="8" cy="8" r="7" fill="currentColor"/><path d="M4.6 8.4 7 10.7 11.4 5.6" fill="none" stroke="var(--kv-surface)" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>"""),
        ("superseded", """<circle cx="8" cy="8" r="5.9" fill="var(--kv-surface)" stroke="currentColor" stroke-width="2.2"/><path d="M4 12 12 4" stroke="currentColor" stroke-width="2.2"/>"""),
        ("replaced", """<path d="M1.5 8H9.5M6.4 4.6 9.8 8 6.4 11.4M13.5 2.5V13.5" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>"""),
        ("duplicate", """<rect x="1.5" y="1.5" width="9.5" height="9.5" rx="1.5" fill="none" stroke="currentColor" stroke-width="2"/><rect x="5.5" y="5.5" width="9" height="9" rx="1.5" fill="currentColor"/>"""),
        ("failed", """<path d="M3 3 13 13M13 3 3 13" stroke="currentColor" stroke-width="3" stroke-linecap="round"/>"""),
        ("lost", """<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3 2.2"/><path d="M5.5 5.5 10.5 10.5M10.5 5.5 5.5 10.5" stroke="currentColor" stroke-width="1.8"/>"""),
        ("pending", """<circle cx="8" cy="8" r="5.4" fill="var(--kv-surface)" stroke="currentColor" stroke-width="2.2"/>"""),
        ("success", """<path d="M3 8.5 6.5 12 13 4.5" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/>"""),
        ("partial", """<path d="M8 1.2 15.2 14H.8Z" fill="currentColor"/><path d="M8 5.6V9.4M8 11.4V12.2" stroke="var(--kv-surface)" stroke-width="1.9" stroke-linecap="round"/>"""),
        ("running", """<circle cx="8" cy="8" r="6" fill="currentColor"/>"""),
        ("starting", """<circle cx="8" cy="8" r="5.4" fill="none" stroke="currentColor" stroke-width="2.4" stroke-dasharray="4 2.4"/>"""),
        ("disconnected", """<circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="2"/><path d="M8 2.4A5.6 5.6 0 0 1 8 13.6Z" fill="currentColor"/>"""),
        ("stopped", """<rect x="2.5" y="2.5" width="11" height="11" rx="1" fill="currentColor"/>"""),
        ("crashed", """<path d="M5 1H11L15 5V11L11 15H5L1 11V5Z" fill="currentColor"/><path d="M5.4 5.4 10.6 10.6M10.6 5.4 5.4 10.6" stroke="var(--kv-surface)" stroke-width="2" stroke-linecap="round"/>"""),
        ("frozen", """<path d="M8 1.2V14.8M2.1 4.6 13.9 11.4M13.9 4.6 2.1 11.4M6 2.2 8 4 10 2.2M6 13.8 8 12 10 13.8" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>"""),
        ("info", """<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 7.2V11.6M8 4.6V5" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>"""),
        ("slow", """<path d="M3.5 1.5H12.5M3.5 14.5H12.5M4.5 1.5V4L8 8 11.5 4V1.5M4.5 14.5V12L8 8 11.5 12V14.5" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>"""),
        ("skew", """<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M8 4.2V8L10.8 9.8" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>"""),
        ("cut", """<path d="M1 8H5.2M10.8 8H15M9.6 2.5 6.4 13.5" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/>"""),
        ("write", """<path d="M2 14 3 10.5 11 2.5 13.5 5 5.5 13Z" fill="currentColor"/>"""),
        ("settings", """<path d="M2 5H14M2 11H14" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/><circle cx="6" cy="5" r="2.4" fill="currentColor"/><circle cx="10.5" cy="11" r="2.4" fill="currentColor"/>"""),
        ("ring", """<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="4"/>"""),
        ("answered", """<path d="M8 0V16" stroke="currentColor" stroke-width="2.6"/>"""),
        ("background", """<path d="M0 8H16" stroke="currentColor" stroke-width="7" stroke-dasharray="2.4"/>"""),
        ("stored", """<path d="M0 6 6 0M0 12 12 0M2 16 16 2M8 16 16 8" stroke="currentColor" stroke-width="2.4"/>"""),
        ("more", """<circle cx="8" cy="3" r="1.6" fill="currentColor"/><circle cx="8" cy="8" r="1.6" fill="currentColor"/><circle cx="8" cy="13" r="1.6" fill="currentColor"/>"""),
    ];

    /// <summary>For a drawing that stands alone.</summary>
    public static string On(string ground, string name) => All.Single(s => s.Name == name).Markup.Replace(Ground, ground, StringComparison.Ordinal);
}
