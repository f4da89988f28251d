namespace Ravatar.Client;

/// <summary>One connected socket, as little of it as the channel needs. The seam that tests script.</summary>
internal interface IChatSocket : IDisposable
{
    /// <summary>Writes one whole text message. Never cancelled from outside: a WebSocket whose send is cancelled is dead.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> message);

    /// <summary>Reads part of a message into the buffer. An empty buffer waits until there is something to read, where <see cref="IChatSocketConnector.CanWaitWithoutBuffer"/>.</summary>
    ValueTask<SocketRead> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends the close frame; the answer to it arrives through <see cref="ReceiveAsync"/>.</summary>
    Task CloseOutputAsync();

    /// <summary>Ends it at once; whatever waits on it fails.</summary>
    void Abort();
}

/// <summary>What one read brought.</summary>
internal readonly record struct SocketRead(int Count, bool EndOfMessage, SocketClose? Close = null);

/// <summary>The server's close frame.</summary>
internal sealed record SocketClose(int? Code, string? Text);

/// <summary>Makes connected sockets.</summary>
internal interface IChatSocketConnector
{
    /// <summary>Whether a read into an empty buffer waits for data, so that idle channels hold no buffer.</summary>
    bool CanWaitWithoutBuffer { get; }

    /// <summary>Whether a refused upgrade's status is told.</summary>
    bool TellsUpgradeStatus { get; }

    /// <summary>Whether the platform notices a dead connection by itself (ping with a time-out).</summary>
    bool DetectsSilentDeath { get; }

    /// <exception cref="RavatarConnectionException">The connection could not be made; <see cref="RavatarConnectionException.UpgradeStatus"/> is set where it is known.</exception>
    Task<IChatSocket> ConnectAsync(Uri address, CancellationToken cancellationToken);
}
