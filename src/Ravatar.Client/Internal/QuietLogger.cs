using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>For work that must go on whatever happens: a logger that fails fails nothing but its own entry.</summary>
internal sealed class QuietLogger(ILogger logger) : ILogger
{
    /// <summary>One of a category.</summary>
    public static ILogger For(ILoggerFactory loggers, string category) => new QuietLogger(loggers.CreateLogger(category));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return logger.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false; // who cannot even say whether it wants to hear is told nothing
        }
    }

    public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            logger.Log(level, id, state, exception, formatter);
        }
        catch (Exception)
        {
            // There is nowhere left to tell.
        }
    }
}
