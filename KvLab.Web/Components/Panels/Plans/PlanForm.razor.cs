using KvLab.Core.Configuration;
using KvLab.Core.Settings;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Web.Components.Parts;
using KvLab.Web.Experiments;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Panels.Plans;

public sealed partial class PlanForm : ComponentBase
{
    private static readonly (SweepAxis Axis, string Name, string Example)[] Sweeps =
    [
        (SweepAxis.DelayRange, "delay range", "0-10, 0-100, 0-1000"),
        (SweepAxis.Distribution, "distribution", "uniform, exponential"),
        (SweepAxis.Concurrency, "clients", "1, 10, 50"),
        (SweepAxis.Keys, "keys", "1, 10, 100"),
        (SweepAxis.Followers, "followers", "3, 5, 7"),
        (SweepAxis.Versioning, "versioned / naive", "versioned, naive"),
        (SweepAxis.Storage, "storage", "memory, sqlite"),
    ];

    private static readonly string[] SweepChoices = ["", .. Sweeps.Select(s => s.Axis.ToString())];
    private static readonly Delivery[] Deliveries = [Delivery.AtLeastOnce, Delivery.Once];

    private PlanDraft? _read;
    private int _readFor;
    private ExperimentPlan? _plan;
    private IReadOnlyList<FieldError> _errors = [];
    private Problem? _problem;
    private bool _starting;

    [Inject] public required ExperimentService Experiments { get; init; }

    [Parameter, EditorRequired] public int Followers { get; set; }
    [Parameter] public EventCallback<string> OnStarted { get; set; }
    [Parameter] public EventCallback<string> OnShow { get; set; }

    /// <summary>The run under way, which keeps another from starting.</summary>
    [Parameter] public ExperimentRun? Busy { get; set; }

    [Parameter, EditorRequired] public PlanDraft Draft { get; set; } = null!;
    [Parameter] public EventCallback<PlanDraft> DraftChanged { get; set; }

    private string Sweep => Draft.SweepAxis?.ToString() ?? "";

    private static string SweepName(string axis) => axis.Length == 0 ? "W only" : Sweeps.Single(s => s.Axis.ToString() == axis).Name;

    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_read, Draft) && _readFor == Followers) return;
        (_read, _readFor) = (Draft, Followers);
        var (plan, errors) = Draft.Read(Followers);
        (_plan, _errors) = (errors.Count == 0 ? plan : null, errors);
    }

    private string? Error(string field) => _errors.FirstOrDefault(e => e.Field == field)?.Message;

    private Task ChooseAsync(ExperimentPlan? preset)
    {
        _problem = null;
        return DraftChanged.InvokeAsync(preset is null ? Draft.Changed() : PlanDraft.Of(preset));
    }

    /// <param name="named">A new name alone keeps the preset.</param>
    private Task EditAsync(PlanDraft draft, bool named = false)
    {
        _problem = null;
        return DraftChanged.InvokeAsync(named ? draft : draft.Changed());
    }

    private Task ChooseSweepAsync(string value)
    {
        SweepAxis? axis = Enum.GetValues<SweepAxis>().Where(a => a.ToString() == value).Cast<SweepAxis?>().FirstOrDefault();
        return EditAsync(Draft with { SweepAxis = axis, SweepValues = axis is null ? "" : Sweeps.Single(s => s.Axis == axis).Example });
    }

    private Task StartAsync() => StartAsync(simulate: false);

    private Task SimulateAsync() => StartAsync(simulate: true);

    private async Task StartAsync(bool simulate)
    {
        if (_plan is not { } known || _starting) return;
        var plan = known with { Simulate = simulate };
        (_starting, _problem) = (true, null);
        try
        {
            var run = await Experiments.StartAsync(plan);
            await OnStarted.InvokeAsync(run.Id);
        }
        catch (CommandException e)
        {
            _errors = e.Fields.Count > 0 ? e.Fields : _errors;
            _problem = Problem.Of(e, "No experiment was started; the form is unchanged.", "Wait until the other one has ended, or cancel it.");
        }
        catch (ExperimentException e)
        {
            _problem = Problem.Of(e, "No experiment was started; the form is unchanged.", "Check that the leader is running, then retry.");
        }
        finally
        {
            _starting = false;
        }
    }
}
