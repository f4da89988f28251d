using System.Diagnostics;
using System.Globalization;

namespace Ravatar.Client;

/// <summary>Measures one call of the API, whatever it takes: a span and a duration, where anybody wants them.</summary>
internal readonly struct RequestWatch
{
    private readonly RequestInfo _info;
    private readonly ApiSettings _settings;
    private readonly Activity? _activity;
    private readonly long _start;

    /// <param name="info">Which endpoint.</param>
    /// <param name="settings">Whose, and on which clock.</param>
    /// <param name="cause">The span this one is linked to, as the call belongs to several, and so is no child of any.</param>
    public RequestWatch(RequestInfo info, ApiSettings settings, ActivityContext cause = default)
    {
        (_info, _settings) = (info, settings);
        // The attempts are the clients of the network, and have spans of the platform's own.
        _activity = Telemetry.Source.HasListeners() ? Start(info.Endpoint, cause) : null;
        _start = settings.Time.GetTimestamp();
    }

    private static Activity? Start(string name, ActivityContext cause) =>
        Telemetry.Source.StartActivity(ActivityKind.Internal, links: cause == default ? null : [new ActivityLink(cause)], name: name);

    /// <summary>The call has its result.</summary>
    /// <param name="status">The HTTP status.</param>
    public void End(int status) => End(status, error: null);

    /// <summary>The call throws.</summary>
    /// <param name="error">What it throws.</param>
    /// <param name="status">The HTTP status, where an answer came; a bad one says more than the exception's type.</param>
    public void Fail(Exception error, int? status) =>
        End(status, status is >= 400 and { } bad ? bad.ToString(CultureInfo.InvariantCulture) : Telemetry.TypeOf(error));

    private void End(int? status, string? error)
    {
        if (_activity is null && !Telemetry.RequestDuration.Enabled)
        {
            return;
        }
        TagList tags = new()
        {
            { "http.request.method", _info.Method },
            { "url.template", _info.Template },
            { "server.address", _settings.BaseAddress.Host },
            { "server.port", _settings.BaseAddress.Port },
        };
        if (status is not null)
        {
            tags.Add("http.response.status_code", status);
        }
        if (error is not null)
        {
            tags.Add("error.type", error);
            Telemetry.Fail(_activity, error);
        }
        Telemetry.RequestDuration.Record(_settings.Time.GetElapsedTime(_start).TotalSeconds, tags);
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            _activity?.SetTag(tag.Key, tag.Value);
        }
        _activity?.Dispose();
    }
}
