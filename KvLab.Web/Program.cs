namespace KvLab.Web;

internal static class Program
{
    private static void Main() => Console.WriteLine("KvLab");
}
