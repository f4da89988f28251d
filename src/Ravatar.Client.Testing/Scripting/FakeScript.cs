namespace Ravatar.Client.Testing;

/// <summary>The scripts of all endpoints.</summary>
public sealed class FakeScript
{
    internal FakeScript() { }

    /// <summary><c>POST /jwt</c>.</summary>
    public FakeEndpoint Jwt { get; } = new();

    /// <summary><c>GET /connection</c>.</summary>
    public FakeEndpoint Connection { get; } = new();

    /// <summary><c>GET /chat</c>.</summary>
    public FakeEndpoint Chat { get; } = new();

    /// <summary><c>POST /startLiveSession</c>.</summary>
    public FakeEndpoint StartLive { get; } = new();

    /// <summary><c>POST /endLiveSession</c>.</summary>
    public FakeEndpoint EndLive { get; } = new();

    /// <summary>The upgrade request of <c>/ws/chat</c>: any scripted status refuses the socket, a delay or hold lets it wait.</summary>
    public FakeEndpoint Socket { get; } = new();

    /// <summary>Back to the usual answers everywhere.</summary>
    public void Reset()
    {
        foreach (var endpoint in (FakeEndpoint[])[Jwt, Connection, Chat, StartLive, EndLive, Socket])
        {
            endpoint.Reset();
        }
    }
}
