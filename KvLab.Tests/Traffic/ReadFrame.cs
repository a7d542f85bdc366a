using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace KvLab.Tests.Traffic;

/// <summary>What a page's script reads of a frame, as text: a second reader of the format that <c>TrafficFrames</c> describes.</summary>
internal sealed record ReadFrame(bool Whole, uint Skipped, string[] Names, string[] Trips, string[] Calls)
{
    public static ReadFrame Of(byte[] frame)
    {
        var at = 0;
        var whole = (Byte() & 1) == 1;
        Double();
        var skipped = UInt();
        var names = Enumerable.Range(0, Byte()).Select(_ => (Name: Text(), Error: Float())).ToArray();
        var trips = Enumerable.Range(0, (int)UInt()).Select(_ => Trip()).ToArray();
        var calls = Enumerable.Range(0, (int)UInt()).Select(_ => Call()).ToArray();
        if (at != frame.Length) throw new FormatException($"{frame.Length - at} bytes follow.");
        return new ReadFrame(whole, skipped, [.. names.Select(n => string.Create(CultureInfo.InvariantCulture, $"{n.Name} {n.Error}"))], trips, calls);

        string Trip()
        {
            var (number, leader, follower) = (Double(), Name(), Name());
            at += 3 + 4 + 4 + 3 * 8;
            return string.Create(CultureInfo.InvariantCulture, $"m{number} {leader} {follower} {Double()}.{Double()} {Text()}");
        }

        string Call()
        {
            var (number, from, to, name, flags) = (Double(), Name(), Name(), Name(), Byte());
            return string.Create(CultureInfo.InvariantCulture,
                $"{((flags & 4) != 0 ? "r" : "c")}{number} {name} {from} {to} {flags - (flags & 1)} {Double()}..{Double()}..{Double()} {Double()}.{Double()} {Text()}").TrimEnd();
        }

        string Name() => names[Byte()].Name;
        byte Byte() => frame[at++];
        uint UInt() => BinaryPrimitives.ReadUInt32LittleEndian(Next(4));
        float Float() => BinaryPrimitives.ReadSingleLittleEndian(Next(4));
        double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Next(8));
        string Text() => Encoding.UTF8.GetString(Next(BinaryPrimitives.ReadUInt16LittleEndian(Next(2))));

        ReadOnlySpan<byte> Next(int bytes)
        {
            at += bytes;
            return frame.AsSpan(at - bytes, bytes);
        }
    }
}
