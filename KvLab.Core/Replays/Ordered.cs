namespace KvLab.Core.Replays;

internal static class Ordered
{
    /// <summary>The first of so many of which something is so that is so of all behind it; their count where there is none.</summary>
    public static int First(int count, Func<int, bool> isSo)
    {
        var (low, high) = (0, count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isSo(middle)) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
