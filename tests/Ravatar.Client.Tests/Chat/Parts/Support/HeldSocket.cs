using System.Collections.Concurrent;
using System.Text;

namespace Ravatar.Client.Tests;

/// <summary>A socket that notes what is sent, in order, and finishes a send when it is told to.</summary>
internal sealed class HeldSocket : IChatSocket
{
    private readonly ConcurrentQueue<string> _sent = new();
    private readonly TaskCompletionSource<SocketRead> _never = new();

    public IReadOnlyList<string> Sent => [.. _sent];

    /// <summary>What becomes of a send; without it, it is done at once.</summary>
    public Func<string, Task>? OnSend { get; set; }

    public bool IsAborted { get; private set; }

    public ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        string text = Encoding.UTF8.GetString(message.Span);
        _sent.Enqueue(text);
        return OnSend is null ? default : new ValueTask(OnSend(text));
    }

    public ValueTask<SocketRead> ReceiveAsync(Memory<byte> buffer) => new(_never.Task);

    public Task CloseOutputAsync() => Task.CompletedTask;

    public void Abort() => IsAborted = true;

    public void Dispose() { }
}
