using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace KvLab.Web.Hosting;

/// <summary>
/// The keys that protect cookies and forms live as long as the dashboard: the framework's own place for them is a folder in the user's home, where they would stay. (Its
/// "ephemeral" provider alone does not keep the key ring from being made there at the start.)
/// </summary>
internal sealed class KeysInMemory : IXmlRepository
{
    private readonly Lock _gate = new();
    private readonly List<XElement> _keys = [];

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_gate) return [.. _keys.Select(k => new XElement(k))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_gate) _keys.Add(new XElement(element));
    }
}
