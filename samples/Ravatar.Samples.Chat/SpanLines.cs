using System.Diagnostics;
using System.Globalization;
using OpenTelemetry;

namespace Ravatar.Samples;

/// <summary>Each span is a line: name, duration, tags.</summary>
internal sealed class SpanLines(Action<string> write) : BaseExporter<Activity>
{
    public override ExportResult Export(in Batch<Activity> batch)
    {
        foreach (Activity span in batch)
        {
            string tags = string.Concat(span.TagObjects.Select(static t => $" {t.Key}={t.Value}"));
            write(string.Create(CultureInfo.InvariantCulture, $"span {span.DisplayName} {span.Duration.TotalMilliseconds:F1} ms{tags}"));
        }
        return ExportResult.Success;
    }
}
