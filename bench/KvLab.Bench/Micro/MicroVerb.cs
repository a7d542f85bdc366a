using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using KvLab.Bench.Clusters;

namespace KvLab.Bench.Micro;

/// <summary>The hot pieces one by one, by BenchmarkDotNet. In this process: a project built per benchmark would take longer than to measure.</summary>
internal static class MicroVerb
{
    private static readonly Type[] Benchmarks = [typeof(ReplicaBenchmarks), typeof(EventBenchmarks), typeof(IngestBenchmarks)];

    public static async Task RunAsync(Arguments args)
    {
        args.RefuseOthers();
        var folder = Directory.CreateTempSubdirectory("kvlab-micro-");
        try
        {
            var config = ManualConfig.CreateEmpty()
                .AddJob(Job.ShortRun.WithWarmupCount(4).WithIterationCount(8).WithToolchain(InProcessEmitToolchain.Instance))
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .AddDiagnoser(MemoryDiagnoser.Default)
                .AddLogger(NullLogger.Instance)
                .WithArtifactsPath(folder.FullName);
            var table = new MarkdownTable("piece", "ns each", "± 99.9 %", "bytes each");
            foreach (var report in BenchmarkRunner.Run(Benchmarks, config).SelectMany(summary => summary.Reports)) Add(table, report);
            await Report.WriteAsync("micro", [table]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Add(MarkdownTable table, BenchmarkReport report)
    {
        var method = report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');
        if (report.ResultStatistics is not { } found) throw new BenchException($"\"{method}\" could not be measured: {string.Join(' ', report.ExecuteResults.SelectMany(r => r.Errors))}");
        table.Add(method, $"{found.Mean:0.0}", $"{found.ConfidenceInterval.Margin:0.0}", $"{report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase):0}");
    }
}
