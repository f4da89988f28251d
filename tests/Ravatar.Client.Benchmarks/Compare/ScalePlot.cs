using System.Globalization;
using System.Text;

namespace Ravatar.Client.Benchmarks;

/// <summary>How cost grows with the number of channels, as a picture: two panels, each with ours and the bare sockets, both axes logarithmic.</summary>
internal static class ScalePlot
{
    private const int Width = 380;
    private const int Height = 260;
    private const int Margin = 50;

    public static string Draw(IReadOnlyList<ScalePoint> points)
    {
        List<ScalePoint> measured = [.. points.Where(static p => p is { OurP99: not null, BareP99: not null })];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * Width} {Height}" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            {Panel(0, "p99 of a round trip, ms", measured, static p => p.OurP99!.Value / 1000, static p => p.BareP99!.Value / 1000)}
            {Panel(Width, "CPU of the client, % of a core", points, static p => p.OurCpu * 100, static p => p.BareCpu * 100)}
            </svg>
            """
        );
    }

    private static string Panel(
        int left,
        string title,
        IReadOnlyList<ScalePoint> points,
        Func<ScalePoint, double> ours,
        Func<ScalePoint, double> bare
    )
    {
        double lowest = Math.Floor(points.Min(p => Math.Log10(Math.Min(ours(p), bare(p)))));
        double highest = Math.Ceiling(points.Max(p => Math.Log10(Math.Max(ours(p), bare(p)))));
        double fewest = Math.Log10(points.Min(static p => p.Channels));
        double most = Math.Log10(points.Max(static p => p.Channels));
        double X(int channels) => left + Margin + ((Math.Log10(channels) - fewest) / (most - fewest) * (Width - (1.5 * Margin)));
        double Y(double value) =>
            Height - Margin - ((Math.Log10(value) - lowest) / Math.Max(1, highest - lowest) * (Height - (2 * Margin)));
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{left + Margin}" y="24" font-weight="bold">{title}</text>""");
        for (double power = lowest; power <= highest; power++)
        {
            double y = Y(Math.Pow(10, power));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M{left + Margin} {y:F1}H{left + Width - (Margin / 2)}" stroke="#ddd"/><text x="{left + Margin - 6}" y="{y + 4:F1}" text-anchor="end">{Math.Pow(10, power)}</text>"""
            );
        }
        foreach (ScalePoint point in points)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<text x="{X(point.Channels):F1}" y="{Height - Margin + 18}" text-anchor="middle">{point.Channels:N0}</text>"""
            );
        }
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text x="{left + (Width / 2)}" y="{Height - 12}" text-anchor="middle">channels</text>"""
        );
        svg.Append(Line(points, p => X(p.Channels), p => Y(bare(p)), "#888", "bare sockets", 44));
        svg.Append(Line(points, p => X(p.Channels), p => Y(ours(p)), "#1859c4", "Ravatar.Client", 60));
        return svg.ToString();

        string Line(
            IReadOnlyList<ScalePoint> all,
            Func<ScalePoint, double> x,
            Func<ScalePoint, double> y,
            string colour,
            string name,
            int legend
        ) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"""<polyline points="{string.Join(' ', all.Select(p => string.Create(CultureInfo.InvariantCulture, $"{x(p):F1},{y(p):F1}")))}" fill="none" stroke="{colour}" stroke-width="2"/><text x="{left + Margin + 8}" y="{legend}" fill="{colour}">{name}</text>"""
            );
    }
}

/// <summary>What a number of channels took: microseconds, where there were enough messages, and cores.</summary>
internal sealed record ScalePoint(int Channels, double? OurP99, double? BareP99, double OurCpu, double BareCpu);
