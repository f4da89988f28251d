using System.Text;

namespace Ravatar.Client.Tests;

/// <summary>What a sample writes to one of its streams, read as it comes.</summary>
internal sealed class SampleStream
{
    private readonly StringBuilder _told = new();
    private TaskCompletionSource _more = NewSignal();

    public SampleStream(TextReader reader) => All = ReadAsync(reader);

    /// <summary>All of it, once the sample has ended.</summary>
    public Task<string> All { get; }

    /// <summary>Waits until it has said something, and gives all that it said by then.</summary>
    public async Task<string> WaitForAsync(string text, TimeSpan patience)
    {
        while (true)
        {
            Task more;
            lock (_told)
            {
                if (_told.ToString() is { } told && told.Contains(text, StringComparison.Ordinal))
                {
                    return told;
                }
                more = _more.Task;
            }
            if (await Task.WhenAny(more, All).WaitAsync(patience) == All && !(await All).Contains(text, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"The sample ended without \"{text}\". It wrote: {await All}");
            }
        }
    }

    private async Task<string> ReadAsync(TextReader reader)
    {
        var buffer = new char[4_096];
        while (await reader.ReadAsync(buffer) is var read and > 0)
        {
            lock (_told)
            {
                _told.Append(buffer, 0, read);
                _more.SetResult();
                _more = NewSignal();
            }
        }
        return _told.ToString();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
