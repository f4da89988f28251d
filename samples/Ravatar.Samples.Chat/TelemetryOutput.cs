using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Ravatar.Samples;

/// <summary>
/// The SDK's traces and metrics, as OpenTelemetry collects them, as lines of text. An application puts its own exporters in the place of
/// <see cref="SpanLines"/> and <see cref="MetricLines"/>; the two names stay.
/// </summary>
internal sealed class TelemetryOutput(Action<string> write) : IDisposable
{
    private readonly TracerProvider _traces = Sdk.CreateTracerProviderBuilder()
        .AddSource("Ravatar.Client")
        .AddProcessor(new SimpleActivityExportProcessor(new SpanLines(write)))
        .Build();

    private readonly MeterProvider _metrics = Sdk.CreateMeterProviderBuilder()
        .AddMeter("Ravatar.Client")
        .AddReader(new BaseExportingMetricReader(new MetricLines(write)))
        .Build();

    /// <summary>Writes what is left: the metrics are read once, now.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }
}
