namespace Ravatar.Client;

/// <summary>
/// Ends live sessions when the process does: on its orderly exit, and on SIGTERM, SIGINT, SIGHUP and SIGQUIT (Ctrl+C on Windows). It listens only while
/// there is something to end, holds up the exit for 8 s at most, and leaves it to the application's own handlers whether the process ends at all.
/// </summary>
internal static class ProcessEnd
{
    private static readonly object s_gate = new();
    private static readonly HashSet<LiveSessions> s_open = [];
    private static readonly List<IDisposable> s_signals = [];

    public static void Add(LiveSessions sessions)
    {
        lock (s_gate)
        {
            if (s_open.Add(sessions) && s_open.Count == 1)
            {
                Listen();
            }
        }
    }

    public static void Remove(LiveSessions sessions)
    {
        lock (s_gate)
        {
            if (s_open.Remove(sessions) && s_open.Count == 0)
            {
                StopListening();
            }
        }
    }

    /// <summary>Ends whatever is open, for 8 s at most.</summary>
    internal static void EndAll()
    {
        LiveSessions[] open;
        lock (s_gate)
        {
            open = [.. s_open];
        }
        Task ending = Task.WhenAll(open.Select(static s => s.EndAllAsync()));
#pragma warning disable VSTHRD002 // the process ends when this returns; nothing here needs the calling thread
        ending.Wait(LiveEnder.Limit);
#pragma warning restore VSTHRD002
    }

    private static void OnExit(object? sender, EventArgs e) => EndAll();

#if NET8_0_OR_GREATER
    private static void Listen()
    {
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        System.Runtime.InteropServices.PosixSignal[] signals =
        [
            System.Runtime.InteropServices.PosixSignal.SIGTERM,
            System.Runtime.InteropServices.PosixSignal.SIGINT,
            System.Runtime.InteropServices.PosixSignal.SIGHUP,
            System.Runtime.InteropServices.PosixSignal.SIGQUIT,
        ];
        foreach (System.Runtime.InteropServices.PosixSignal signal in signals)
        {
            try
            {
                s_signals.Add(System.Runtime.InteropServices.PosixSignalRegistration.Create(signal, static _ => EndAll()));
            }
            catch (PlatformNotSupportedException)
            {
                return; // phones and browsers have no such signals
            }
        }
    }

    private static void StopListening()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        s_signals.ForEach(static s => s.Dispose());
        s_signals.Clear();
    }
#else
    private static void OnBreak(object? sender, ConsoleCancelEventArgs e) => EndAll();

    private static void Listen()
    {
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        try
        {
            Console.CancelKeyPress += OnBreak;
        }
        catch (Exception e) when (e is PlatformNotSupportedException or IOException or InvalidOperationException)
        {
            s_signals.Clear(); // no console: only the orderly exit can be seen
        }
    }

    private static void StopListening()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        try
        {
            Console.CancelKeyPress -= OnBreak;
        }
        catch (Exception e) when (e is PlatformNotSupportedException or IOException or InvalidOperationException)
        {
            s_signals.Clear();
        }
    }
#endif
}
