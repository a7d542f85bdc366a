using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Core.Observation.Figures;

/// <summary>
/// Figures belong to the settings that were in force: a change of what they depend on begins new ones, and the old ones stay readable.
/// Settings under which nobody wrote leave nothing behind.
/// </summary>
internal sealed partial class FigureBook
{
    // Newest first.
    private readonly List<FigurePeriod> _before = [];
    private int _dropped;
    private FiguresView? _view = FiguresView.Empty;

    public FigurePeriod Current { get; private set; } = new(null, default, null);

    public void Begin(FigureConditions conditions, DateTimeOffset since, Func<double?> predictMeanMs)
    {
        if (Current.Conditions == conditions) return;
        if (!Current.IsEmpty && Current.Conditions is not null) _before.Insert(0, Current);
        // Back to where the last writes were before anybody wrote: a slider that went to and fro.
        if (_before is [var last, ..] && last.Conditions == conditions)
        {
            _before.RemoveAt(0);
            Current = last;
        }
        else
        {
            Current = new FigurePeriod(conditions, since, predictMeanMs());
        }

        if (_before.Count > StateLimits.FiguresBefore)
        {
            _dropped++;
            _before.RemoveAt(_before.Count - 1);
        }

        _view = null;
    }

    /// <summary>A write keeps the settings of its start, and its acceptance may be told after the change of them: its W says under which it began.</summary>
    /// <returns>The period that the write belongs to.</returns>
    public FigurePeriod Place(FigurePeriod counted, int writeQuorum)
    {
        if (counted.Conditions?.Settings.WriteQuorum == writeQuorum || counted != Current
            || _before is not [var last, ..] || last.Conditions?.Settings.WriteQuorum != writeQuorum) return counted;
        counted.Accepted(-1);
        last.Accepted();
        Touch();
        return last;
    }

    /// <summary>Some figure changed.</summary>
    public void Touch() => _view = null;

    /// <summary>The cluster begins anew: nothing before it counts.</summary>
    public void Clear(DateTimeOffset since, Func<double?> predictMeanMs)
    {
        _before.Clear();
        _dropped = 0;
        Current = new FigurePeriod(Current.Conditions, since, Current.Conditions is null ? null : predictMeanMs());
        Touch();
    }

    public FiguresView View() => _view ??= new FiguresView(Current.Conditions is null ? null : Current.View(), [.. _before.Select(p => p.View())], _dropped);
}
