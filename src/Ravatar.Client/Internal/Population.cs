using System.Diagnostics.Metrics;

namespace Ravatar.Client;

/// <summary>How many of something are in which state, in the whole process.</summary>
/// <param name="tag">The name of the state's tag.</param>
/// <param name="states">The states that count; any other number is outside.</param>
internal sealed class Population(string tag, string[] states)
{
    private readonly long[] _counts = new long[states.Length];

    public void Enter(int state) => Add(state, 1);

    public void Leave(int state) => Add(state, -1);

    public Measurement<long>[] Measure() =>
        [
            .. states.Select(
                (name, i) => new Measurement<long>(Interlocked.Read(ref _counts[i]), new KeyValuePair<string, object?>(tag, name))
            ),
        ];

    private void Add(int state, long count)
    {
        if (state < _counts.Length)
        {
            Interlocked.Add(ref _counts[state], count);
        }
    }
}
