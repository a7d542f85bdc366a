using KvLab.Core.Experiments;

namespace KvLab.Web.Experiments;

/// <summary>Something changed about a run.</summary>
/// <param name="Run">As it is now; null when it was deleted.</param>
public sealed record RunNews(string Id, ExperimentRun? Run);
