using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Ravatar.Client;
using Ravatar.Client.Testing;

namespace Ravatar.Samples;

/// <summary>The client of one run, with what it stands on: its logger and, where nobody named a service, a fake one.</summary>
internal sealed class SampleService : IAsyncDisposable
{
    private readonly FakeRavatarServer? _fake;
    private readonly ILoggerFactory _loggers;

    private SampleService(RavatarClient client, FakeRavatarServer? fake, ILoggerFactory loggers) =>
        (Client, _fake, _loggers) = (client, fake, loggers);

    public RavatarClient Client { get; }

    /// <param name="settings">What all samples are told.</param>
    /// <param name="source">The sample's name.</param>
    /// <param name="console">For notes.</param>
    /// <param name="configure">What this sample is told besides.</param>
    /// <exception cref="UsageException">A setting was refused.</exception>
    public static async Task<SampleService> StartAsync(
        SampleSettings settings,
        string source,
        SampleConsole console,
        Action<RavatarClientOptions>? configure = null
    )
    {
        FakeRavatarServer? fake = settings.WantsFakeServer ? await FakeRavatarServer.StartAsync() : null;
        if (fake is not null)
        {
            console.Note(
                $"No project id and no URL given: talking to a fake RAVATAR server of this process, at {fake.BaseAddress}. "
                    + "Its answers are canned. Set RAVATAR_PROJECT_ID or --project-id to talk to RAVATAR."
            );
        }
        RavatarClientOptions options = new()
        {
            UserId = settings.UserId ?? Guid.NewGuid().ToString(),
            ProjectId = settings.ProjectId,
            Source = source,
        };
        if ((fake?.BaseAddress ?? settings.Url) is { } address)
        {
            options.BaseAddress = address;
        }
        configure?.Invoke(options);
        ILoggerFactory loggers = LoggerFactory.Create(settings.Debug ? LogToStandardError : static _ => { });
        try
        {
            return new SampleService(new RavatarClient(options, loggerFactory: loggers), fake, loggers);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(WithoutParameterName(e));
        }
    }

    /// <summary>Opens the chat that the settings ask for.</summary>
    /// <exception cref="UsageException">The service does not list the avatar or the language.</exception>
    public async Task<ChatChannel> OpenChatAsync(SampleSettings settings, CancellationToken cancellationToken)
    {
        ChatOptions options = new()
        {
            AvatarId = settings.Avatar,
            Language = settings.Language,
            AnswerTimeout = settings.Timeout,
        };
        try
        {
            return await Client.OpenChatAsync(options, cancellationToken);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(WithoutParameterName(e));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        if (_fake is not null)
        {
            await _fake.DisposeAsync();
        }
        _loggers.Dispose(); // last: it writes what is still waiting
    }

    private static void LogToStandardError(ILoggingBuilder logging)
    {
        logging
            .SetMinimumLevel(LogLevel.Trace)
            .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddSimpleConsole(static format =>
            {
                format.SingleLine = true;
                format.TimestampFormat = "HH:mm:ss.fff ";
                format.ColorBehavior = LoggerColorBehavior.Disabled;
            });
    }

    // "(Parameter 'options')" is for programmers.
    private static string WithoutParameterName(ArgumentException e) =>
        e.ParamName is { } name ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;
}
