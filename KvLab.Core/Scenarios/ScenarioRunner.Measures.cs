using System.Globalization;

namespace KvLab.Core.Scenarios;

public sealed partial class ScenarioRunner
{
    private async Task<Measured> MeasureAsync(MeasureCommand measure, CancellationToken cancellation)
    {
        var (value, unit) = measure.What switch
        {
            BurstLatency => (_writes.MeanMsOfLastBurst, "ms"),
            WriteLatency write => ((await _writes.AnswerAsync(write.Write)).Elapsed.TotalMilliseconds, "ms"),
            WriteAcks write => ((await _writes.AnswerAsync(write.Write)).Acks, ""),
            EventsSeen events => (stage.CountOf(events.Kind, events.On), ""),
            BurstAnswers burst => (_writes.OfBursts(burst.Answer), ""),
            LostWrites => (_writes.LostFrom(await DumpsAsync(cancellation)).Count, ""),
            _ => throw new Control.ControlException($"No one knows how to measure {measure.What.GetType().Name}."),
        };
        return new Measured(measure.Name, value, unit);
    }

    private static string Describe(Measured found) => string.Create(CultureInfo.InvariantCulture, $"{found.Name}: {found.Value:0.##}{(found.Unit.Length > 0 ? $" {found.Unit}" : "")}");
}
