namespace KvLab.Nodes;

internal static class Program
{
    private static void Main() => Console.WriteLine("KvLab node");
}
