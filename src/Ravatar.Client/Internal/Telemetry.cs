using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ravatar.Client;

/// <summary>
/// The SDK's traces and metrics, for all clients of the process: see <c>docs/diagnostics.md</c>. What is counted under locks or on hot paths is a
/// <see cref="Total"/>, which is read when somebody asks, so that no listener's code runs there.
/// </summary>
internal static class Telemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "Ravatar.Client";

    private static readonly string? s_version = typeof(Telemetry).Assembly.GetName().Version?.ToString(3);
    private static readonly Meter s_meter = new(Name, s_version);

    public static readonly ActivitySource Source = new(Name, s_version);

    public static readonly Histogram<double> RequestDuration = s_meter.CreateHistogram<double>(
        "ravatar.client.request.duration",
        "s",
        "How long a call of the API took, its retries and refreshes included."
    );
    public static readonly Histogram<double> TurnDuration = s_meter.CreateHistogram<double>(
        "ravatar.client.turn.duration",
        "s",
        "How long a question waited for its answer, from the call on."
    );

    public static readonly Total TokensIssued = Count("ravatar.client.token.issued", "{token}", "Tokens that the service issued.");
    public static readonly Total TokenRefreshes = Count(
        "ravatar.client.token.refreshes",
        "{refresh}",
        "Tokens that replaced an earlier one."
    );
    public static readonly Total Sent = Count("ravatar.client.chat.messages.sent", "{message}", "Messages written to a socket.");
    public static readonly Total Received = Count("ravatar.client.chat.messages.received", "{message}", "Messages a socket brought.");
    public static readonly Total Reconnects = Count(
        "ravatar.client.chat.reconnects",
        "{reconnect}",
        "Connections after a channel's first."
    );
    public static readonly Total Resent = Count("ravatar.client.chat.messages.resent", "{message}", "Messages sent again after an outage.");
    public static readonly Total NotResent = Count(
        "ravatar.client.chat.messages.not_resent",
        "{message}",
        "Messages of unknown fate that were given up, to send none twice."
    );
    public static readonly Total Recovered = Count(
        "ravatar.client.chat.messages.recovered",
        "{message}",
        "Answers that an outage lost and history gave back."
    );
    public static readonly Total Duplicates = Count("ravatar.client.chat.messages.duplicates", "{message}", "Answers that came again.");
    public static readonly Total MissedByReaders = Count(
        "ravatar.client.chat.events.missed",
        "{event}",
        "Events that slow readers missed."
    );
    public static readonly Total AudioDropped = Count(
        "ravatar.client.chat.audio.dropped",
        "{frame}",
        "Frames of live audio that were dropped."
    );

    public static readonly Total OpenSessions = new();

    /// <summary>In the order of the states that are not the last; the last is not counted.</summary>
    public static readonly Population Channels = new("ravatar.chat.state", ["connecting", "connected", "reconnecting", "recovering"]);

    static Telemetry()
    {
        s_meter.CreateObservableUpDownCounter(
            "ravatar.client.live.sessions",
            static () => OpenSessions.Value,
            "{session}",
            "Live sessions that are open."
        );
        s_meter.CreateObservableUpDownCounter(
            "ravatar.client.chat.channels",
            static () => Channels.Measure(),
            "{channel}",
            "Chat channels that have not ended, by state."
        );
    }

    /// <summary>The type of an error, as OpenTelemetry's <c>error.type</c> has it.</summary>
    public static string? TypeOf(Exception error) => error.GetType().FullName;

    /// <summary>The error that ended an activity; its message may be long and is left to the log.</summary>
    public static void Fail(Activity? activity, string? errorType)
    {
        activity?.SetTag("error.type", errorType);
        activity?.SetStatus(ActivityStatusCode.Error);
    }

    private static Total Count(string name, string unit, string description)
    {
        Total total = new();
        s_meter.CreateObservableCounter(name, () => total.Value, unit, description);
        return total;
    }
}
