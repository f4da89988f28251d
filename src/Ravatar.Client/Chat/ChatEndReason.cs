namespace Ravatar.Client;

/// <summary>Why a chat channel ended.</summary>
public enum ChatEndReason
{
    /// <summary>It was closed or disposed on this side.</summary>
    ClosedByClient,

    /// <summary>The server refused the token, and a fresh one too.</summary>
    AuthenticationFailed,

    /// <summary>The server asked for payment (402).</summary>
    PaymentRequired,

    /// <summary>The address is no address of a chat service, or sign-in was rejected for good.</summary>
    Rejected,

    /// <summary><see cref="ReconnectOptions.MaxAttempts"/> (or, while opening, <see cref="ReconnectOptions.OpenAttempts"/>) attempts in a row failed.</summary>
    AttemptsExhausted,

    /// <summary>A defect of the SDK's own; please report it with the exception.</summary>
    Failed,
}
