using System.Globalization;
using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>A level meter of one line: how loud it is, the peak, and the figure.</summary>
internal static class LevelBar
{
    private const int Cells = 30;
    private const float Lowest = -60f;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(80);

    /// <summary>Shows it at a terminal, whenever a microphone is listened to, as long as something goes on.</summary>
    public static async Task ShowWhileAsync(
        VoiceConversation conversation,
        VoiceSettings settings,
        SampleConsole console,
        Func<Task> goesOn,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource showing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task meter =
            console.IsInteractive && settings.WavPath is null ? ShowAsync(conversation, console, showing.Token) : Task.CompletedTask;
        try
        {
            await goesOn();
        }
        finally
        {
            await showing.CancelAsync();
            await meter.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            console.Status("");
        }
    }

    private static async Task ShowAsync(VoiceConversation conversation, SampleConsole console, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(s_interval);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            console.Status(conversation.IsListening ? Draw(conversation.Level) : "");
        }
    }

    private static string Draw(AudioLevel level)
    {
        int loud = Position(level.RmsDbfs);
        int peak = Position(level.PeakDbfs);
        Span<char> bar = stackalloc char[Cells + 1];
        bar.Fill(' ');
        bar[..loud].Fill('#');
        bar[peak] = '|';
        return string.Create(CultureInfo.InvariantCulture, $"[{bar}] {Math.Max(level.RmsDbfs, Lowest), 3:F0} dBFS");
    }

    private static int Position(float dbfs) => (int)Math.Clamp((dbfs - Lowest) / -Lowest * Cells, 0, Cells);
}
