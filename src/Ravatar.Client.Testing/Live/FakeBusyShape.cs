namespace Ravatar.Client.Testing;

/// <summary>How <c>POST /startLiveSession</c> says that all slots are taken.</summary>
public enum FakeBusyShape
{
    /// <summary>HTTP status 503, and <c>status: 503</c> in the body.</summary>
    StatusAndBody,

    /// <summary>HTTP status 200, <c>status: 503</c> in the body.</summary>
    BodyOnly,

    /// <summary>HTTP status 503 without a body.</summary>
    StatusOnly,
}
