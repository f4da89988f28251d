namespace Ravatar.Client.Testing;

/// <summary>Which end of the history page 1 is. The service's own order is published nowhere.</summary>
public enum FakePageOrder
{
    /// <summary>Page 1 holds the latest messages, as RAVATAR's own web client assumes.</summary>
    NewestPageFirst,

    /// <summary>Page 1 holds the oldest messages.</summary>
    OldestPageFirst,
}
