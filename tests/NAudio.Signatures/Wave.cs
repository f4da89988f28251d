using NAudio.CoreAudioApi;

namespace NAudio.Wave;

public enum WaveFormatEncoding : ushort
{
    Pcm = 1,
    IeeeFloat = 3,
    Extensible = 0xFFFE,
}

public class WaveFormat
{
    public WaveFormatEncoding Encoding => throw null!;

    public int Channels => throw null!;

    public int SampleRate => throw null!;

    public int BitsPerSample => throw null!;

    public virtual int BlockAlign => throw null!;
}

public static class WaveExtensionMethods
{
    public static WaveFormat AsStandardWaveFormat(this WaveFormat waveFormat) => throw null!;
}

public class WaveInEventArgs : EventArgs
{
    public ReadOnlySpan<byte> BufferSpan => throw null!;
}

public class StoppedEventArgs : EventArgs
{
    public Exception? Exception => throw null!;
}

public interface IWaveIn : IDisposable
{
    event EventHandler<WaveInEventArgs> DataAvailable;

    event EventHandler<StoppedEventArgs> RecordingStopped;

    WaveFormat WaveFormat { get; set; }

    void StartRecording();

    void StopRecording();
}

public delegate void CaptureDataAvailableHandler(
    ReadOnlySpan<byte> buffer,
    AudioClientBufferFlags flags,
    long devicePosition,
    long qpcPosition
);

public class WasapiRecorder : IDisposable, IAsyncDisposable
{
    internal WasapiRecorder() { }

    public event CaptureDataAvailableHandler DataAvailable
    {
        add => throw null!;
        remove => throw null!;
    }

    public event EventHandler<StoppedEventArgs> RecordingStopped
    {
        add => throw null!;
        remove => throw null!;
    }

    public WaveFormat WaveFormat => throw null!;

    public void StartRecording() => throw null!;

    public void StopRecording() => throw null!;

    public void Dispose() => throw null!;

    public ValueTask DisposeAsync() => throw null!;
}

public class WasapiRecorderBuilder
{
    public WasapiRecorderBuilder WithDevice(MMDevice device) => throw null!;

    public WasapiRecorderBuilder WithSharedMode() => throw null!;

    public WasapiRecorderBuilder WithEventSync() => throw null!;

    public WasapiRecorderBuilder WithBufferLength(int milliseconds) => throw null!;

    public WasapiRecorder Build() => throw null!;
}
