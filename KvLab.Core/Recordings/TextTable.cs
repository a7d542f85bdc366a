using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace KvLab.Core.Recordings;

/// <summary>The texts of one chunk, numbered from 1 in the order in which they came.</summary>
internal sealed class TextTable
{
    private readonly ColumnWriter _bytes = new();
    private readonly List<(int At, int Length)> _texts = [];
    private readonly Dictionary<ulong, int> _numbers = [];

    public int Count => _texts.Count;

    public ReadOnlySpan<byte> this[int number] => _texts[number - 1] is var (at, length) ? _bytes.Written.Slice(at, length) : default;

    public int Add(ReadOnlySpan<byte> text)
    {
        _texts.Add((_bytes.Length, text.Length));
        _bytes.Raw(text);
        return _texts.Count;
    }

    /// <returns>The number that it has, or from now on has. Two texts that hash alike are rare, and cost only that the second is written out again.</returns>
    public int Intern(ReadOnlySpan<byte> text, out bool isNew)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, XxHash3.HashToUInt64(text), out var known);
        isNew = !known || !this[number].SequenceEqual(text);
        return isNew ? number = Add(text) : number;
    }

    public void Clear()
    {
        _bytes.Clear();
        _texts.Clear();
        _numbers.Clear();
    }
}
