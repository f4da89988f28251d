namespace Ravatar.Client.Tests;

/// <summary>A source whose start and stop a test can hold up, as slow devices do.</summary>
internal sealed class HeldSource : IAudioSource
{
    private Task _starting = Task.CompletedTask;
    private Task _stopping = Task.CompletedTask;
    private int _stops;

    public CallbackAudioSource Audio { get; } = new(AudioFormat.Voice, TimeSpan.FromSeconds(10));

    /// <summary>What is heard first after every start.</summary>
    public byte[] First { get; set; } = [];

    public AudioFormat Format => Audio.Format;

    public bool IsRunning { get; private set; }

    /// <summary>How often it was asked to stop.</summary>
    public int Stops => Volatile.Read(ref _stops);

    /// <summary>Whether a start that is held up can be given up.</summary>
    public bool HeedsTokens { get; set; } = true;

    public TaskCompletionSource<bool> HoldStart()
    {
        var held = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _starting = held.Task;
        return held;
    }

    public void StartAtOnce() => _starting = Task.CompletedTask;

    public TaskCompletionSource<bool> HoldStop()
    {
        var held = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _stopping = held.Task;
        return held;
    }

    public async ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        await _starting.WaitAsync(HeedsTokens ? cancellationToken : default);
        await Audio.StartAsync(HeedsTokens ? cancellationToken : default);
        IsRunning = true;
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _stops);
        await _stopping.WaitAsync(cancellationToken);
        await Audio.StopAsync(cancellationToken);
        IsRunning = false;
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Audio.ReadAsync(buffer, cancellationToken);

    public void DiscardBuffered()
    {
        Audio.DiscardBuffered();
        Audio.Write(First);
    }

    public ValueTask DisposeAsync() => Audio.DisposeAsync();
}
