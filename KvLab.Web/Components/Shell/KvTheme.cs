using MudBlazor;

namespace KvLab.Web.Components.Shell;

/// <summary>
/// Calm and safe for projectors: neutral surfaces, one blue for what can be done, and colour kept for states (Okabe–Ito, in
/// <c>css/tokens.css</c>). All text meets WCAG AA on its surface in both palettes. No font is ever fetched.
/// </summary>
public static class KvTheme
{
    private static readonly string[] SystemFonts = ["-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "system-ui", "sans-serif"];

    public static readonly MudTheme Theme = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#00609c",
            PrimaryContrastText = "#ffffff",
            Secondary = "#4a5968",
            Error = "#a63c00",
            Warning = "#7a5200",
            Success = "#00674c",
            Info = "#00609c",
            Background = "#eef1f4",
            Surface = "#ffffff",
            AppbarBackground = "#13263a",
            AppbarText = "#f2f6fa",
            TextPrimary = "#17222d",
            TextSecondary = "#4a5968",
            ActionDefault = "#3c4a58",
            LinesDefault = "#d5dce3",
            LinesInputs = "#76838f",
            Divider = "#d5dce3",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#6cb8f2",
            PrimaryContrastText = "#06121d",
            Secondary = "#a8b6c4",
            Error = "#ff9a66",
            ErrorContrastText = "#1d0a00",
            Warning = "#f0b840",
            WarningContrastText = "#1c1300",
            Success = "#4fcfa9",
            SuccessContrastText = "#00150f",
            Info = "#6cb8f2",
            InfoContrastText = "#06121d",
            Background = "#0d141b",
            Surface = "#16202a",
            AppbarBackground = "#0a1017",
            AppbarText = "#e8eef4",
            TextPrimary = "#e8eef4",
            TextSecondary = "#a8b6c4",
            ActionDefault = "#c3ced9",
            LinesDefault = "#2b3946",
            LinesInputs = "#758696",
            Divider = "#2b3946",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = SystemFonts, FontSize = ".8125rem", LineHeight = "1.4" },
            Subtitle1 = new Subtitle1Typography { FontFamily = SystemFonts, FontSize = ".8125rem", LineHeight = "1.4", LetterSpacing = "0" },
            Body1 = new Body1Typography { FontFamily = SystemFonts, FontSize = ".8125rem", LineHeight = "1.4", LetterSpacing = "0" },
            Body2 = new Body2Typography { FontFamily = SystemFonts, FontSize = ".8125rem", LineHeight = "1.4", LetterSpacing = "0" },
            Caption = new CaptionTypography { FontFamily = SystemFonts, FontSize = ".75rem", LineHeight = "1.4", LetterSpacing = "0" },
            Button = new ButtonTypography { FontFamily = SystemFonts, FontSize = ".8125rem", TextTransform = "none", LetterSpacing = "0" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px", AppbarHeight = "44px" },
    };
}
