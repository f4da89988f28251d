using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Ravatar.Client.Tests;

/// <summary>One connection of the model.</summary>
internal sealed class ModelSocket(ModelService service, int number) : IChatSocket
{
    private readonly Channel<object> _inbox = Channel.CreateUnbounded<object>();
    private byte[]? _current;
    private int _offset;
    private ITimer? _pingTimer;
    private int _closing;
    private bool _halfOpen;

    public int Number => number;

    public bool IsDead => _inbox.Reader.Completion.IsCompleted || Volatile.Read(ref _closing) != 0 || _halfOpen;

    public bool IsDisposed { get; private set; }

    public int Writes { get; private set; }

    /// <summary>How many messages the client has read from it.</summary>
    public int MessagesRead { get; private set; }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        service.Touch();
        if (IsDead && !_halfOpen)
        {
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
        }
        if (_halfOpen)
        {
            return;
        }
        Writes++;
        switch (service.Plan.OnWrite(service.NextWriteNumber()))
        {
            case ModelFault.Before:
            case ModelFault.Middle:
                await Task.Yield();
                Die();
                throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
            case ModelFault.AfterButFailed:
                Die();
                TakeIn(message);
                await Task.Yield();
                throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
            case ModelFault.After:
                // Dead first, so that the answer is lost with it.
                Die();
                TakeIn(message);
                break;
            case ModelFault.Close:
                ServerClose(1012, "restart");
                TakeIn(message);
                break;
            case ModelFault.HalfOpen:
                GoHalfOpen();
                break;
            case ModelFault.Stuck:
                await service.Never;
                break;
            default:
                TakeIn(message);
                break;
        }
    }

    public async ValueTask<SocketRead> ReceiveAsync(Memory<byte> buffer)
    {
        if (_current is null)
        {
            object next = await _inbox.Reader.ReadAsync();
            service.Touch();
            if (next is SocketClose close)
            {
                return new SocketRead(0, true, close);
            }
            _current = (byte[])next;
            MessagesRead++;
            _offset = 0;
        }
        int count = Math.Min(buffer.Length, _current.Length - _offset);
        _current.AsMemory(_offset, count).CopyTo(buffer);
        _offset += count;
        bool end = _offset == _current.Length && (buffer.Length > 0 || _current.Length == 0);
        if (end)
        {
            _current = null;
        }
        return new SocketRead(count, end);
    }

    public Task CloseOutputAsync()
    {
        ServerClose(1000, null);
        return Task.CompletedTask;
    }

    public void Abort() => Die();

    public void Dispose()
    {
        Die();
        _pingTimer?.Dispose();
        IsDisposed = true;
    }

    /// <summary>The server says something.</summary>
    public void Push(byte[] frame)
    {
        service.Touch();
        if (!_halfOpen && Volatile.Read(ref _closing) == 0)
        {
            _inbox.Writer.TryWrite(frame);
        }
    }

    public void ServerClose(int? code, string? text)
    {
        if (Interlocked.Exchange(ref _closing, 1) == 0)
        {
            _inbox.Writer.TryWrite(new SocketClose(code, text));
        }
    }

    /// <summary>The connection is gone, as by a reset; what the client has not read is lost.</summary>
    public void Die()
    {
        Volatile.Write(ref _closing, 1);
        while (_inbox.Reader.TryRead(out _)) { }
        _inbox.Writer.TryComplete(new WebSocketException(WebSocketError.ConnectionClosedPrematurely));
        service.Touch();
    }

    public void GoHalfOpen()
    {
        _halfOpen = true;
        if (service.Plan.PlatformPings)
        {
            _pingTimer = service.Time.CreateTimer(_ => Die(), null, TimeSpan.FromSeconds(25), Timeout.InfiniteTimeSpan);
        }
    }

    private void TakeIn(ReadOnlyMemory<byte> message)
    {
        using JsonDocument document = JsonDocument.Parse(message);
        service.TakeIn(this, document.RootElement);
    }
}
