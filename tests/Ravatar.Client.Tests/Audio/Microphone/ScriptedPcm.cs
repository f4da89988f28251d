using System.Collections.Concurrent;

namespace Ravatar.Client.Tests;

/// <summary>A capture device that gives what it was told to, read by read; then nothing, or the same for ever.</summary>
internal sealed class ScriptedPcm : IAlsaPcm
{
    private readonly ConcurrentQueue<Func<(byte[] Audio, int LostFrames)>> _reads = new();
    private readonly SemaphoreSlim _there = new(0);
    private readonly TaskCompletionSource _dropped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AudioFormat Format => AudioFormat.Voice;

    /// <summary>What is given when nothing else is left. Defaults to nothing.</summary>
    public byte[] Always { get; init; } = [];

    /// <summary>Waits in the place of the device.</summary>
    public Action? OnWait { get; set; }

    /// <summary>Ends when capturing was stopped.</summary>
    public Task Dropped => _dropped.Task;

    public Task Closed => _closed.Task;

    public void Give(params byte[] audio) => Then(() => (audio, 0));

    /// <summary>What a read does.</summary>
    public void Then(Func<(byte[] Audio, int LostFrames)> read)
    {
        _reads.Enqueue(read);
        _there.Release();
    }

    public void Start() { }

    public int Read(byte[] buffer, out int lostFrames)
    {
        (byte[] audio, lostFrames) = _reads.TryDequeue(out Func<(byte[], int)>? read) ? read() : (Always, 0);
        audio.CopyTo(buffer, 0);
        return audio.Length;
    }

    public void Wait(int milliseconds)
    {
        if (OnWait is { } wait)
        {
            wait();
            return;
        }
        _there.Wait(milliseconds);
    }

    public void Drop() => _dropped.TrySetResult();

    public RavatarAudioException Lost(string why) => new(AudioErrorCode.MediaAborted, why);

    public void Dispose() => _closed.TrySetResult();
}
