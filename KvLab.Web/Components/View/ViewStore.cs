namespace KvLab.Web.Components.View;

/// <summary>Holds the <see cref="ViewOptions"/> of one circuit. Used on the circuit's dispatcher only.</summary>
public sealed class ViewStore
{
    public ViewOptions Options { get; private set; } = ViewOptions.Default;

    public event Action? Changed;

    public void Update(Func<ViewOptions, ViewOptions> change)
    {
        var next = change(Options);
        if (next == Options) return;
        Options = next;
        Changed?.Invoke();
    }

    public void Select(Selection selection) => Update(o => o with { Selection = selection });

    /// <summary>Selects, or takes the selection back when it is the same again.</summary>
    public void Toggle(Selection selection) =>
        Update(o => o with { Selection = o.Selection == selection ? Selection.None : selection });
}
