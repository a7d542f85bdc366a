using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;

namespace KvLab.Web.Experiments;

internal static partial class RunRules
{
    /// <summary>Eleven days: far above any time of a run, and far below where charts and sums lose their digits.</summary>
    private const double LargestMs = 1e9;

    private static bool IsMs(double ms) => ms is >= 0 and <= LargestMs;

    /// <summary>Collects what is wrong by field; the rules say what may be.</summary>
    private sealed class Checker
    {
        private const int LongestNodeId = 64;
        private readonly FieldErrors _errors = new();

        public const string NameRule = "must have 1 to 64 letters, digits, '-', '_' or '.'.";

        public bool Any => _errors.Any;

        public void Throw()
        {
            if (_errors.Any) throw new WrongRunException(_errors.All);
        }

        public void Require(bool condition, string field, string sentence)
        {
            if (!condition) _errors.Add(field, $"{field} {sentence}");
        }

        /// <summary>The errors of something within, under this field.</summary>
        public void Add(IReadOnlyList<FieldError> errors, string field)
        {
            foreach (var error in errors) _errors.Add($"{field}.{error.Field}", $"{field}: {error.Message}");
        }

        public void Between(long value, long from, long to, string field) => Require(value >= from && value <= to, field, $"must be from {from} to {to}, but is {value}.");

        public void Number(double value, double from, double to, string field) => Require(value >= from && value <= to, field, $"must be a number from {from} to {to}, but is {value}.");

        public void Ms(double value, string field) => Number(value, 0, LargestMs, field);

        /// <summary>For people; whether it may be null is a matter of its type.</summary>
        public void Text(string? text, string field, int longest) =>
            Require(text is null || text.Length <= longest, field, $"must have at most {longest} characters, but has {text?.Length}.");

        /// <summary>Ids of nodes.</summary>
        public void Names(IReadOnlyList<string> names, string field)
        {
            Require(names.Count <= ExperimentPlan.MostFollowers && names.All(IsName) && names.Distinct(StringComparer.Ordinal).Count() == names.Count, field,
                $"must name at most {ExperimentPlan.MostFollowers} followers, each once; each {NameRule}");
        }

        public static bool IsName(string? name) =>
            name is { Length: >= 1 and <= LongestNodeId } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

        /// <summary>Lists may hold null whatever their type says.</summary>
        public void Each<T>(IReadOnlyList<T> list, string field, int most, Action<T, string> check) where T : class
        {
            if (list.Count > most)
            {
                Require(false, field, $"must have at most {most} values, but has {list.Count}.");
                return;
            }

            for (var i = 0; i < list.Count && !_errors.IsFull; i++)
            {
                if (list[i] is null) Require(false, $"{field}[{i}]", "must not be null.");
                else check(list[i], $"{field}[{i}]");
            }
        }
    }
}
