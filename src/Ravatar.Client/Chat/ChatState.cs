namespace Ravatar.Client;

/// <summary>What a chat channel is doing.</summary>
public enum ChatState
{
    /// <summary>The first connection is being made.</summary>
    Connecting,

    /// <summary>Messages flow.</summary>
    Connected,

    /// <summary>The connection was lost; the next attempt is waited for or under way. Messages wait.</summary>
    Reconnecting,

    /// <summary>A new connection stands; history is read to find out what the old one lost. Messages wait.</summary>
    Recovering,

    /// <summary>It is over; <see cref="ChatChannel.Completion"/> tells why.</summary>
    Closed,
}
