using MudBlazor;

namespace KvLab.Web.Components.Parts;

/// <summary>The colour of every state, as a class of MudBlazor for a colour of the theme. The glyph of the same name is its shape.</summary>
public static class Tones
{
    public static string Of(string? state) => state switch
    {
        "applied" or "success" or "running" or "fresh" => "mud-success-text",
        "behind" or "disconnected" or "slow" or "skew" => "mud-warning-text",
        "failed" or "lost" or "crashed" or "conflict" or "partial" => "mud-error-text",
        "pending" or "starting" => "mud-info-text",
        "duplicate" or "ahead" or "write" or "frozen" => "mud-primary-text",
        "superseded" => "mud-tertiary-text",
        "missing" or "replaced" or "stopped" or "settings" => "mud-text-secondary",
        _ => "",
    };

    /// <summary>The same colour by its number, for what is drawn outside of the page.</summary>
    public static string Ink(string? state, Palette palette) => (Of(state) switch
    {
        "mud-success-text" => palette.Success,
        "mud-warning-text" => palette.Warning,
        "mud-error-text" => palette.Error,
        "mud-info-text" => palette.Info,
        "mud-primary-text" => palette.Primary,
        "mud-tertiary-text" => palette.Tertiary,
        _ => palette.TextSecondary,
    }).ToString(MudBlazor.Utilities.MudColorOutputFormats.Hex);

    /// <summary>The line beside what came of a step.</summary>
    public static string Line(string? state) => state switch
    {
        "success" or "running" => "mud-border-success",
        "failed" => "mud-border-error",
        "pending" => "mud-border-info",
        _ => "mud-border-lines-default",
    };
}
