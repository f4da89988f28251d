namespace Ravatar.Client.Testing;

/// <summary>What goes wrong while an HTTP answer is sent.</summary>
public enum FakeFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The connection is reset before a byte of the answer.</summary>
    Abort,

    /// <summary>The headers and half of the body are sent, then the connection is reset.</summary>
    AbortMidBody,

    /// <summary>The headers announce the whole body; half of it is sent, then the connection ends in good order.</summary>
    TruncateBody,

    /// <summary>The body comes one byte at a time, <see cref="FakeResponse.DripInterval"/> apart.</summary>
    Drip,

    /// <summary>After the body, white space without end, as fast as the client reads.</summary>
    Endless,
}
