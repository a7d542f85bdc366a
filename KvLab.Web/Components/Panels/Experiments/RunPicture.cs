using KvLab.Core.Experiments;
using KvLab.Web.Charts.Figures;

namespace KvLab.Web.Components.Panels.Experiments;

/// <summary>A run with everything that is computed of it for the page. Computed once per measured point, off the dispatcher.</summary>
public sealed record RunPicture(ExperimentRun Run, IReadOnlyList<Figure> Figures, IReadOnlyList<string> Sentences)
{
    public static RunPicture Of(ExperimentRun run) => new(run, RunFigures.All(run), Sentence(run));

    /// <summary>The same run a little later; progress alone computes nothing anew.</summary>
    public RunPicture Next(ExperimentRun run) =>
        run.Id != Run.Id || run.Points.Count != Run.Points.Count ? Of(run)
        : run.State != Run.State ? this with { Run = run, Sentences = Sentence(run) }
        : this with { Run = run };

    private static IReadOnlyList<string> Sentence(ExperimentRun run) => run.Points.Count == 0 ? [] : Reports.Sentences.Of(run);
}
