using KvLab.Core.Observation.Snapshots;

namespace KvLab.Web.Components.View;

/// <summary>What one viewer sees instead of the lab's present: the state at a moment of a recording, or of a simulation. Used on the circuit's dispatcher only.</summary>
public sealed class PastView
{
    /// <summary>Null: the present is shown.</summary>
    public ClusterSnapshot? Shown { get; private set; }

    /// <summary>What is shown, in words that cannot be taken for the present.</summary>
    public string Label { get; private set; } = "";

    /// <summary>It never was the present: nodes were simulated.</summary>
    public bool Simulated { get; private set; }

    public event Action? Changed;

    public void Show(ClusterSnapshot snapshot, string label) => Show(snapshot, label, simulated: false);

    public void ShowSimulation(ClusterSnapshot snapshot, string label) => Show(snapshot, label, simulated: true);

    private void Show(ClusterSnapshot snapshot, string label, bool simulated)
    {
        (Shown, Label, Simulated) = (snapshot, label, simulated);
        Changed?.Invoke();
    }

    public void End()
    {
        (Shown, Label, Simulated) = (null, "", false);
        Changed?.Invoke();
    }
}
