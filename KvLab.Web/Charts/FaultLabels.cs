namespace KvLab.Web.Charts;

/// <summary>
/// Places the words of moments in a strip, so that no label lies over another or over a mark. What finds no place keeps its mark, on a line of its own, and tells its
/// words when somebody points at it. The latest come first: people look for what just happened.
/// </summary>
internal static class FaultLabels
{
    /// <summary>As many letters fit beside each other in a narrow chart.</summary>
    public const int LettersAcross = 64;

    private const int MarkLetters = 2;

    /// <summary>Heights of the lines of words; between 0 and 1.</summary>
    private static readonly double[] Lines = [0.86, 0.58, 0.30];

    /// <summary>Where marks without words are.</summary>
    private const double Wordless = 0.06;

    /// <param name="Left">Whether the words stand to the left of the mark.</param>
    /// <param name="Shown">Whether there was a place for them.</param>
    internal readonly record struct Place(double Seconds, string Words, double Height, bool Left, bool Shown)
    {
        /// <summary>From where to where mark and words reach, in seconds.</summary>
        public (double From, double To) Extent(double secondsPerLetter)
        {
            var (mark, words) = (MarkLetters * secondsPerLetter / 2, (Words.Length + MarkLetters) * secondsPerLetter);
            return Left ? (Seconds - words, Seconds + mark) : (Seconds - mark, Seconds + words);
        }
    }

    /// <param name="from">Where the picture begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <returns>In the order of the moments.</returns>
    public static IReadOnlyList<Place> Put(IReadOnlyList<(double Seconds, string Words)> moments, double from, double to)
    {
        var secondsPerLetter = (to - from) / LettersAcross;
        var taken = Lines.Select(_ => new List<(double From, double To)>()).ToArray();
        return [.. moments.Reverse().Select(Find).ToArray().Reverse()];

        Place Find((double Seconds, string Words) moment)
        {
            for (var line = 0; line < Lines.Length; line++)
            {
                foreach (var left in moment.Seconds > (from + to) / 2 ? [true, false] : new[] { false, true })
                {
                    var place = new Place(moment.Seconds, moment.Words, Lines[line], left, Shown: true);
                    var extent = place.Extent(secondsPerLetter);
                    // What begins before the picture does not matter there, but words that run out of it do.
                    if ((moment.Seconds >= from && (extent.From < from - secondsPerLetter || extent.To > to + secondsPerLetter)) || taken[line].Any(t => t.From < extent.To && extent.From < t.To)) continue;
                    taken[line].Add(extent);
                    return place;
                }
            }

            return new Place(moment.Seconds, moment.Words, Wordless, Left: false, Shown: false);
        }
    }
}
