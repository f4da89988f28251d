using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Ravatar.Samples;

/// <summary>Each value of a metric is a line: name, tags, value.</summary>
internal sealed class MetricLines(Action<string> write) : BaseExporter<Metric>
{
    public override ExportResult Export(in Batch<Metric> batch)
    {
        foreach (Metric metric in batch)
        {
            foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
            {
                string tags = "";
                foreach (KeyValuePair<string, object?> tag in point.Tags)
                {
                    tags += $" {tag.Key}={tag.Value}";
                }
                write($"metric {metric.Name}{tags}: {ValueOf(metric, point)}");
            }
        }
        return ExportResult.Success;
    }

    private static string ValueOf(Metric metric, in MetricPoint point) =>
        metric.MetricType == MetricType.Histogram
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{point.GetHistogramCount()} times, {point.GetHistogramSum() / point.GetHistogramCount():F4} {metric.Unit} each"
            )
            : string.Create(CultureInfo.InvariantCulture, $"{point.GetSumLong()} {metric.Unit}");
}
