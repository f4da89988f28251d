using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>How a run ended, for scripts. The numbers stay as they are.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int OtherError = 1;
    public const int Usage = 2;
    public const int SignIn = 3;
    public const int Payment = 4;
    public const int Busy = 5;
    public const int NoAnswer = 6;
    public const int Connection = 7;
    public const int Microphone = 8;

    /// <summary>What <c>--help</c> says about them.</summary>
    public const string Help = """
        Exit codes:
            0  all questions were answered
            1  an error that none of the others describes
            2  usage: an option, its value, or an avatar or language that the service does not list
            3  sign-in: user or project was refused
            4  payment: the account has a subscription or payment issue
            5  busy: all AI assistants are busy, try again later
            6  no answer in time
            7  connection: the service cannot be reached
            8  microphone: not found, in use, not permitted, or lost
          130  interrupted (Ctrl+C);  143  terminated (SIGTERM)
        """;

    /// <summary>The code for what went wrong.</summary>
    public static int For(Exception exception) =>
        exception switch
        {
            UsageException => Usage,
            RavatarPaymentRequiredException => Payment,
            RavatarBusyException or RavatarLiveException { Reason: LiveError.Busy } => Busy,
            RavatarTimeoutException or RavatarLiveException { Reason: LiveError.Timeout } => NoAnswer,
            RavatarAuthenticationException => SignIn,
            RavatarConnectionException => Connection,
            RavatarAudioException => Microphone,
            // No status: no answer came, so nobody was there to refuse anything.
            RavatarApiException { StatusCode: null } => Connection,
            RavatarApiException { Endpoint: "POST /jwt" } => SignIn,
            _ => OtherError,
        };
}
