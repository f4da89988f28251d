using System.Runtime.InteropServices;

namespace Ravatar.Samples;

/// <summary>Turns Ctrl+C and SIGTERM into a cancellation, so that a run can end in good order. The second signal ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    // What shells report for a process that a signal ended: 128 and the signal's number.
    private const int Interrupted = 130;
    private const int Terminated = 143;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile int _exitCode;

    public Interruption() =>
        _registrations = [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Handle(context, Interrupted)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Handle(context, Terminated)),
        ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit code that belongs to the signal; 0 when there was none.</summary>
    public int ExitCode => _exitCode;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context, int exitCode)
    {
        if (_exitCode == 0)
        {
            context.Cancel = true;
            _exitCode = exitCode;
            _source.Cancel();
        }
    }
}
