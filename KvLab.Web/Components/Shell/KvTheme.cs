using MudBlazor;

namespace KvLab.Web.Components.Shell;

/// <summary>
/// Calm and safe for projectors: neutral surfaces, one blue for what can be done, and colour kept for states (hues of Okabe–Ito, each of at least 4.5:1 on
/// its surface and on its own tint, so that a state has one colour for shapes and words). <c>Parts/Tones</c> says which state has which. No font is ever fetched.
/// </summary>
public static class KvTheme
{
    /// <summary>A little larger where there is room.</summary>
    public static readonly MudTheme Theme = Near(Bar, DarkBar);

    /// <summary>For the last row of a lecture hall.</summary>
    public static readonly MudTheme Projector = Far(Bar, DarkBar);

    /// <summary>The bar of a page that shows a recording has a colour of its own.</summary>
    public static readonly MudTheme Past = Near(PastBar, PastBar);

    public static readonly MudTheme PastProjector = Far(PastBar, PastBar);

    private const string Bar = "#13263a";
    private const string DarkBar = "#0a1017";
    private const string PastBar = "#4a2a6a";

    private static MudTheme Near(string bar, string darkBar) => Of("clamp(.8125rem, .73vw, .875rem)", "clamp(.75rem, .68vw, .8125rem)", "clamp(.72rem, .65vw, .78rem)", bar, darkBar);

    private static MudTheme Far(string bar, string darkBar) => Of("clamp(1rem, 2.2vw, 1.3125rem)", "clamp(.9375rem, 2vw, 1.1875rem)", "clamp(.875rem, 1.8vw, 1.0625rem)", bar, darkBar);

    private static MudTheme Of(string size, string small, string fine, string bar, string darkBar) => new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#00609c",
            PrimaryContrastText = "#ffffff",
            Secondary = "#4a5968",
            Tertiary = "#a3406f",
            TertiaryContrastText = "#ffffff",
            Error = "#a63c00",
            ErrorDarken = "#8a3300",
            Warning = "#855700",
            WarningDarken = "#6e4900",
            Success = "#006b52",
            SuccessDarken = "#00573f",
            Info = "#125f8c",
            InfoDarken = "#0b527a",
            Background = "#eef1f4",
            BackgroundGray = "#f5f7f9",
            Surface = "#ffffff",
            AppbarBackground = bar,
            AppbarText = "#f2f6fa",
            DrawerBackground = "#ffffff",
            DrawerText = "#17222d",
            TextPrimary = "#17222d",
            TextSecondary = "#4a5968",
            ActionDefault = "#3c4a58",
            LinesDefault = "#d5dce3",
            LinesInputs = "#76838f",
            TableLines = "#d5dce3",
            Divider = "#d5dce3",
            HoverOpacity = 0.1,
            BorderOpacity = 0.6,
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#6cb8f2",
            PrimaryContrastText = "#06121d",
            Secondary = "#a8b6c4",
            Tertiary = "#e09cc0",
            TertiaryContrastText = "#210814",
            Error = "#ff9a66",
            ErrorContrastText = "#1d0a00",
            ErrorDarken = "#ffb48d",
            Warning = "#f0b840",
            WarningContrastText = "#1c1300",
            WarningDarken = "#f5c866",
            Success = "#4fcfa9",
            SuccessContrastText = "#00150f",
            SuccessDarken = "#7fdcc0",
            Info = "#56b4e9",
            InfoContrastText = "#06121d",
            InfoDarken = "#9ad4f5",
            Background = "#0d141b",
            BackgroundGray = "#1d2934",
            Surface = "#16202a",
            AppbarBackground = darkBar,
            AppbarText = "#e8eef4",
            DrawerBackground = "#16202a",
            DrawerText = "#e8eef4",
            TextPrimary = "#e8eef4",
            TextSecondary = "#a8b6c4",
            ActionDefault = "#c3ced9",
            LinesDefault = "#2b3946",
            LinesInputs = "#758696",
            TableLines = "#2b3946",
            Divider = "#2b3946",
            HoverOpacity = 0.1,
            BorderOpacity = 0.6,
        },
        Typography = new Typography
        {
            Default = Sized<DefaultTypography>(size),
            Body1 = Sized<Body1Typography>(size),
            Body2 = Sized<Body2Typography>(small),
            Caption = Sized<CaptionTypography>(fine),
            Subtitle1 = Sized<Subtitle1Typography>(size),
            Subtitle2 = Sized<Subtitle2Typography>(size, "650"),
            H6 = Sized<H6Typography>("1.0625rem", "650"),
            Button = Sized<ButtonTypography>(small, "500"),
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px", AppbarHeight = "44px", DrawerWidthLeft = "240px" },
    };

    private static T Sized<T>(string size, string weight = "400") where T : BaseTypography, new() => new()
    {
        FontFamily = ["-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "system-ui", "sans-serif"],
        FontSize = size,
        FontWeight = weight,
        LineHeight = "1.4",
        LetterSpacing = "0",
        TextTransform = "none",
    };
}
