using System.Globalization;
using System.Text;

namespace KvLab.Core.Wire;

/// <summary>
/// Characters that nobody sees, or that turn the direction of the text around them. In a key, a value or a name they make two different texts look alike, so wherever
/// one is printed they are written out: <c>k1⟨U+200B⟩</c>. What is stored and exported stays exact.
/// </summary>
public static class Unseen
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>Whether it is nothing on a screen wherever it stands. Joiners and variation selectors are part of letters and pictures; see <see cref="Shown"/>.</summary>
    public static bool Is(Rune rune) => !IsJoiner(rune) && Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        // Blanks that are none of the keyboard's: they look like it, or like nothing.
        UnicodeCategory.SpaceSeparator => rune.Value is not (' ' or 0x3000),
        UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate => true,
        // Letters and marks without a picture (Unicode: Default_Ignorable_Code_Point), and the Braille pattern without dots.
        _ => rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 or 0x2800 or >= 0x180B and <= 0x180F or >= 0xE0000 and <= 0xE0FFF,
    };

    private static bool IsJoiner(Rune rune) => rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner or >= 0xFE00 and <= 0xFE0F;

    /// <summary>The text as it may be printed; the very same where nothing in it is hidden.</summary>
    public static string Shown(string text)
    {
        var plain = 0;
        while (plain < text.Length && text[plain] is >= ' ' and <= '~') plain++;
        if (plain == text.Length) return text;
        StringBuilder? shown = null;
        for (var at = plain; at < text.Length;)
        {
            var valid = Rune.TryGetRuneAt(text, at, out var rune);
            var length = valid ? rune.Utf16SequenceLength : 1;
            if (!valid || Is(rune) || IsJoiner(rune) && !Joins(text, at))
            {
                shown ??= new StringBuilder(text, 0, at, text.Length + 16);
                shown.Append(CultureInfo.InvariantCulture, $"⟨U+{(valid ? rune.Value : text[at]):X4}⟩");
            }
            else
            {
                shown?.Append(text, at, length);
            }

            at += length;
        }

        return shown?.ToString() ?? text;
    }

    /// <summary>
    /// A joiner between two characters beyond ASCII is part of how they are written (families of pictures, Persian, Hindi); one after a letter of a script that
    /// does not join is only there to be overlooked. A variation selector belongs to the picture before it, or to a keycap.
    /// </summary>
    private static bool Joins(string text, int at)
    {
        var before = Before(text, at);
        var after = at + 1 < text.Length && Rune.TryGetRuneAt(text, at + 1, out var next) ? next : default;
        if (text[at] is (char)ZeroWidthJoiner or (char)ZeroWidthNonJoiner) return JoinsOthers(before) && (JoinsOthers(after) || after.Value is '♀' or '♂');
        return IsPicture(before) || after.Value == 0x20E3;
    }

    private static Rune Before(string text, int at)
    {
        if (at == 0) return default;
        return Rune.TryGetRuneAt(text, at - (at > 1 && char.IsLowSurrogate(text[at - 1]) ? 2 : 1), out var rune) ? rune : default;
    }

    private static bool JoinsOthers(Rune rune) => IsPicture(rune) || rune.Value is >= 0xFE00 and <= 0xFE0F || rune.Value is >= 0x0600 and <= 0x0DFF || rune.Value is >= 0x1000 and <= 0x17FF;

    private static bool IsPicture(Rune rune) => rune.Value > 0x2000 && Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.OtherSymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.MathSymbol or UnicodeCategory.OtherLetter or UnicodeCategory.OtherPunctuation;
}
