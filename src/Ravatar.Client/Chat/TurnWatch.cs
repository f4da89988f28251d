using System.Diagnostics;

namespace Ravatar.Client;

/// <summary>Measures one question up to its answer: a span and a duration, where anybody wants them. Never what was said.</summary>
internal readonly struct TurnWatch
{
    private readonly string _kind;
    private readonly TimeProvider _time;
    private readonly Activity? _activity;
    private readonly long _start;

    public TurnWatch(bool isVoice, TimeProvider time)
    {
        (_kind, _time) = (isVoice ? "voice" : "text", time);
        _activity = Telemetry.Source.HasListeners() ? Telemetry.Source.StartActivity("ask", ActivityKind.Client) : null;
        _start = time.GetTimestamp();
    }

    public void End(ChatAnswer answer)
    {
        _activity?.SetTag("ravatar.answer.recovered", answer.IsRecovered);
        End(error: null);
    }

    public void Fail(Exception error) => End(Telemetry.TypeOf(error));

    private void End(string? error)
    {
        if (_activity is null && !Telemetry.TurnDuration.Enabled)
        {
            return;
        }
        TagList tags = new() { { "ravatar.question.kind", _kind } };
        _activity?.SetTag("ravatar.question.kind", _kind);
        if (error is not null)
        {
            tags.Add("error.type", error);
            Telemetry.Fail(_activity, error);
        }
        Telemetry.TurnDuration.Record(_time.GetElapsedTime(_start).TotalSeconds, tags);
        _activity?.Dispose();
    }
}
