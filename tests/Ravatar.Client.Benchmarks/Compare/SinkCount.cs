using System.Globalization;

namespace Ravatar.Client.Benchmarks;

/// <summary>What one connection of the sink says that it has received, looked at after each round.</summary>
internal sealed class SinkCount
{
    private long _before;

    /// <summary>Throws unless so many frames have come since the last look.</summary>
    /// <param name="answer">The answer to "count": frames and bytes since the connection was made.</param>
    /// <param name="frames">How many were sent.</param>
    public void Check(string answer, long frames)
    {
        long all = long.Parse(answer.Split(' ')[0], CultureInfo.InvariantCulture);
        long came = all - _before;
        _before = all;
        if (came != frames)
        {
            throw new InvalidOperationException(FormattableString.Invariant($"{came} of {frames} frames arrived."));
        }
    }
}
