namespace KvLab.Web.Components.Scripts;

/// <summary>What a screen reader is told. Seldom on purpose: settings changed, a node went down or came back, a burst ended.</summary>
public sealed class Announcements
{
    public string Latest { get; private set; } = "";

    public event Action? Changed;

    public void Say(string sentence)
    {
        Latest = sentence;
        Changed?.Invoke();
    }
}
