namespace Ravatar.Client;

/// <summary>
/// One run of a device that pushes its audio from a thread of its own: it starts once, and says once that it has stopped. Every start of a
/// microphone takes a new one, so that what a device says late is known to be about the past.
/// </summary>
internal abstract class DeviceRun(PushedMicrophone microphone)
{
    private readonly TaskCompletionSource<bool> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the device's own signal that it has stopped. What waits for it goes on elsewhere than in the device's callback.</summary>
    public Task Stopped => _stopped.Task;

    public bool IsRunning => !_stopped.Task.IsCompleted;

    /// <summary>The format that the microphone was opened with.</summary>
    protected AudioFormat Format => microphone.Format;

    /// <summary>Starts the device. It calls <see cref="Pushed"/> and, once, <see cref="HasStopped"/>.</summary>
    public abstract void Start();

    /// <summary>Asks the device to stop. May be called several times.</summary>
    public abstract void RequestStop();

    /// <summary>Lets go of a device that has stopped or could not be started.</summary>
    public abstract ValueTask LetGoAsync();

    /// <summary>Takes note of the signal.</summary>
    public void MarkStopped() => _stopped.TrySetResult(true);

    /// <summary>Takes audio from the device's callback.</summary>
    protected void Pushed(ReadOnlySpan<byte> audio) => microphone.Take(this, audio);

    /// <summary>Takes the device's own signal that it has stopped.</summary>
    protected void HasStopped(Exception? error) => microphone.End(this, error);
}
