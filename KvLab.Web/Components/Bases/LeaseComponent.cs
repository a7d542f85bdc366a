using KvLab.Web.Leases;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Bases;

/// <summary>Knows who has the cluster for itself, for as long as it lives.</summary>
public abstract class LeaseComponent : ComponentBase, IDisposable
{
    private IDisposable? _listening;

    [Inject] public required ExclusiveLease Lease { get; init; }

    /// <summary>Null: nobody has it.</summary>
    protected LeaseView? Holder { get; private set; }

    protected override void OnInitialized()
    {
        _listening = Lease.Listen(_ => InvokeAsync(Show));
        Holder = Lease.Current;
    }

    private void Show()
    {
        if (_listening is null || Holder == Lease.Current) return;
        Holder = Lease.Current;
        StateHasChanged();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        _listening?.Dispose();
        _listening = null;
    }
}
