using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace Ravatar.Client.Tests;

/// <summary>The ways on which something can be told to the world outside.</summary>
public enum Way
{
    Log,
    Activity,
    Metric,
    EventSource,
    Exception,
    Object,
}

/// <summary>
/// Keeps as text everything that is told in this process on any <see cref="Way"/>: logs of every level with scopes and state, all activities and
/// metrics, and the runtime's public event sources. What the fake server tells of itself is left out.
/// </summary>
internal sealed class Recording : IDisposable
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly ConcurrentQueue<(Way Way, string Text)> _told = new();
    private readonly ActivityListener _activities;
    private readonly MeterListener _metrics = new();
    private readonly Events _events;

    public Recording()
    {
        Loggers = LoggerFactory.Create(logging =>
            logging.SetMinimumLevel(LogLevel.Trace).AddEventSourceLogger().AddProvider(new Logs(this))
        );
        _activities = new ActivityListener
        {
            ShouldListenTo = static source => !IsServer(source.Name),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Keep,
        };
        ActivitySource.AddActivityListener(_activities);
        _metrics.InstrumentPublished = static (instrument, listener) =>
        {
            if (!IsServer(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _metrics.SetMeasurementEventCallback<int>((i, v, tags, _) => Keep(i, v, tags));
        _metrics.SetMeasurementEventCallback<long>((i, v, tags, _) => Keep(i, v, tags));
        _metrics.SetMeasurementEventCallback<double>((i, v, tags, _) => Keep(i, v, tags));
        _metrics.Start();
        _events = new Events(this);
    }

    public ILoggerFactory Loggers { get; }

    public IReadOnlyList<(Way Way, string Text)> Told => [.. _told];

    /// <summary>Everything that holds one of these texts, with the way on which it was told.</summary>
    public IReadOnlyList<string> Find(IEnumerable<string> secrets)
    {
        _metrics.RecordObservableInstruments();
        string[] all =
        [
            .. secrets,
            .. secrets.Select(static s => BitConverter.ToString(Encoding.UTF8.GetBytes(s))),
            .. secrets.Select(Uri.EscapeDataString),
            .. secrets.Select(static s => JsonEncodedText.Encode(s).Value),
        ];
        return
        [
            .. from told in _told where all.Any(s => told.Text.Contains(s, StringComparison.Ordinal)) select $"{told.Way}: {told.Text}",
        ];
    }

    public void Keep(Exception exception)
    {
        Keep(Way.Exception, exception.ToString());
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            foreach (DictionaryEntry entry in e.Data)
            {
                Keep(Way.Exception, $"{e.GetType().Name}.Data {entry.Key}={entry.Value}");
            }
            Keep((object)e);
        }
    }

    /// <summary>
    /// What an object shows of itself: as text, to a debugger, and in its public properties, as deep as our own types go; of what it holds in private, such as the
    /// token's holder, the text and the debugger's line.
    /// </summary>
    public void Keep(object shown) => Keep(shown, new HashSet<object>(ReferenceEqualityComparer.Instance));

    public void Dispose()
    {
        _events.Dispose();
        _metrics.Dispose();
        _activities.Dispose();
        Loggers.Dispose();
    }

    private static bool IsServer(string name) => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal);

    private void Keep(Way way, string text) => _told.Enqueue((way, text));

    private void Keep(object? shown, HashSet<object> seen)
    {
        if (shown is null || (!shown.GetType().IsValueType && !seen.Add(shown)))
        {
            return;
        }
        Keep(Way.Object, $"{shown.GetType().Name}: {shown}");
        if (shown is IEnumerable items and not string)
        {
            foreach (object? item in items)
            {
                Keep(item, seen);
            }
        }
        if (!IsOurs(shown.GetType()))
        {
            return;
        }
        KeepDisplay(shown);
        if (shown.GetType().IsVisible)
        {
            KeepProperties(shown, seen);
        }
        KeepFields(shown, seen);
    }

    private static bool IsOurs(Type type) => type.Assembly == typeof(RavatarClient).Assembly || type.Assembly == typeof(Recording).Assembly;

    /// <summary>What a debugger shows in its one line: the members that the attribute names, private ones too.</summary>
    private void KeepDisplay(object shown)
    {
        Type type = shown.GetType();
        string display = type.GetCustomAttribute<DebuggerDisplayAttribute>()?.Value ?? "";
        foreach (Match member in Regex.Matches(display, @"\{(?<name>\w+)(\(\))?(,\w+)?\}"))
        {
            string name = member.Groups["name"].Value;
            object? value = BaseTypes(type)
                .SelectMany(t => t.GetMember(name, Everything))
                .Select(m =>
                    m switch
                    {
                        FieldInfo field => field.GetValue(shown),
                        PropertyInfo property => property.GetValue(shown),
                        MethodInfo method => method.Invoke(shown, null),
                        _ => throw new NotSupportedException($"{type.Name} shows {m}: teach this method to read it."),
                    }
                )
                .First();
            Keep(Way.Object, $"{type.Name} to a debugger: {value}");
        }
        if (display.Contains('{', StringComparison.Ordinal) && !Regex.IsMatch(display, @"^([^{}]|\{\w+(\(\))?(,\w+)?\})*$"))
        {
            throw new NotSupportedException($"{type.Name} shows {display}: teach this method to read it.");
        }
    }

    private void KeepProperties(object shown, HashSet<object> seen)
    {
        foreach (PropertyInfo property in shown.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            // The one place that shows a token by purpose.
            if (property.GetIndexParameters().Length == 0 && (shown is not LiveSession || property.Name != nameof(LiveSession.PageUri)))
            {
                Keep(property.GetValue(shown), seen);
            }
        }
    }

    // A private string is nobody's to see; who holds one, and shows it as text, is.
    private void KeepFields(object shown, HashSet<object> seen)
    {
        foreach (FieldInfo field in BaseTypes(shown.GetType()).SelectMany(static t => t.GetFields(Everything)))
        {
            if (!field.IsStatic && field.GetValue(shown) is { } held && IsOurs(held.GetType()))
            {
                Keep(held, seen);
            }
        }
    }

    private static IEnumerable<Type> BaseTypes(Type type)
    {
        for (Type? t = type; t is not null && IsOurs(t); t = t.BaseType)
        {
            yield return t;
        }
    }

    private void Keep(Activity activity) =>
        Keep(
            Way.Activity,
            $"{activity.Source.Name} {activity.OperationName} {activity.DisplayName} {activity.Status} {activity.StatusDescription} "
                + Text(activity.TagObjects)
                + Text(activity.Baggage.Select(static b => new KeyValuePair<string, object?>(b.Key, b.Value)))
                + string.Concat(activity.Events.Select(static e => e.Name + Text(e.Tags)))
        );

    private void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Keep(Way.Metric, $"{instrument.Meter.Name} {instrument.Name} {value} {Text(tags.ToArray())}");

    private static string Text(IEnumerable<KeyValuePair<string, object?>> pairs) =>
        string.Concat(pairs.Select(static p => $"{p.Key}={p.Value} "));

    private sealed class Logs(Recording owner) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Log(owner, categoryName);

        public void Dispose() { }
    }

    private sealed class Log(Recording owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            owner.Keep(Way.Log, $"{category} scope {state} {StateOf(state)}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            owner.Keep(Way.Log, $"{logLevel} {category} {eventId} {formatter(state, exception)} {StateOf(state)} {exception}");
            if (exception is not null)
            {
                owner.Keep(exception);
            }
        }

        private static string StateOf<TState>(TState state) => state is IEnumerable<KeyValuePair<string, object?>> pairs ? Text(pairs) : "";
    }

    private sealed class Events(Recording owner) : EventListener
    {
        // The base constructor tells of sources before a field of this class could be set.
        private static readonly HashSet<string> Wanted =
        [
            "System.Net.Http",
            "System.Net.Sockets",
            "System.Net.Security",
            "System.Net.NameResolution",
            "Microsoft-Diagnostics-DiagnosticSource",
            "Microsoft-Extensions-Logging",
            PlantedSource.SourceName,
        ];

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (Wanted.Contains(eventSource.Name))
            {
                // Of activities all; a DiagnosticListener's payload is the request itself, and no text (docs/security.md).
                Dictionary<string, string?> arguments = new() { ["FilterAndPayloadSpecs"] = "[AS]*" };
                EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All, arguments);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData) =>
            // Early events find no owner yet.
            owner?.Keep(
                Way.EventSource,
                $"{eventData.EventSource.Name} {eventData.EventName} {string.Join(' ', eventData.Payload?.Select(Flat) ?? [])}"
            );

        private static string Flat(object? value) =>
            value switch
            {
                string text => text,
                IDictionary map => string.Concat(map.Values.Cast<object?>().Select(Flat)),
                IEnumerable items => string.Concat(items.Cast<object?>().Select(Flat)),
                _ => $"{value} ",
            };
    }
}

/// <summary>An event source that tells whatever it is given.</summary>
[EventSource(Name = SourceName)]
internal sealed class PlantedSource : EventSource
{
    public const string SourceName = "Ravatar-Client-Tests-Planted";

    public void Tell(string text) => WriteEvent(1, text);
}
