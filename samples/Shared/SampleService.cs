using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Ravatar.Client;
using Ravatar.Client.Testing;

namespace Ravatar.Samples;

/// <summary>The client of one run, with what it stands on: its logger and, where nobody named a service, a fake one.</summary>
internal sealed class SampleService : IAsyncDisposable
{
    private readonly Func<string, RavatarClient> _create;
    private readonly FakeRavatarServer? _fake;

    private SampleService(string userId, Func<string, RavatarClient> create, FakeRavatarServer? fake, ILoggerFactory loggers) =>
        (Client, _create, _fake, Loggers) = (create(userId), create, fake, loggers);

    /// <summary>The client of the user that the settings name, or of a new one.</summary>
    public RavatarClient Client { get; }

    /// <summary>Whether the service is a fake one of this process.</summary>
    public bool IsFake => _fake is not null;

    /// <summary>Where everything is logged.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>Makes a client for another user; the caller disposes it.</summary>
    public RavatarClient CreateClient(string userId) => _create(userId);

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
        ILoggerFactory loggers = LoggerFactory.Create(settings.Debug ? LogToStandardError : static _ => { });
        RavatarClient Create(string userId)
        {
            RavatarClientOptions options = new()
            {
                UserId = userId,
                ProjectId = settings.ProjectId,
                Source = source,
            };
            if ((fake?.BaseAddress ?? settings.Url) is { } address)
            {
                options.BaseAddress = address;
            }
            configure?.Invoke(options);
            return new RavatarClient(options, loggerFactory: loggers);
        }
        try
        {
            return new SampleService(settings.UserId ?? Guid.NewGuid().ToString(), Create, fake, loggers);
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
        Loggers.Dispose(); // last: it writes what is still waiting
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
