using NAudio.Wave;

namespace Ravatar.Client;

/// <summary>A recorder of NAudio that the caller made, as a source. Part of builds with NAudio only.</summary>
public static class WaveInMicrophone
{
    /// <summary>Wraps a recorder. Its format is read now; set it before.</summary>
    /// <param name="waveIn">The recorder, not recording. The caller disposes it, after the source.</param>
    /// <returns>The source. Disposing it stops the recorder, no more.</returns>
    /// <exception cref="RavatarAudioException">Its format cannot be converted (<see cref="AudioErrorCode.InvalidMediaConstraints"/>).</exception>
    public static IBufferedAudioSource Wrap(IWaveIn waveIn) => new Source(Guard.NotNull(waveIn));

    private sealed class Source(IWaveIn waveIn) : PushedMicrophone(NAudioFormat.ToAudioFormat(waveIn.WaveFormat), oneDevice: true)
    {
        protected override DeviceRun MakeRun() => new Recording(this, waveIn);

        protected override RavatarAudioException Translate(Exception error, bool capturing) => NAudioFormat.Translate(error, capturing);
    }

    private sealed class Recording(PushedMicrophone microphone, IWaveIn waveIn) : DeviceRun(microphone)
    {
        public override void Start()
        {
            waveIn.DataAvailable += OnData;
            waveIn.RecordingStopped += OnStopped;
            waveIn.StartRecording();
        }

        public override void RequestStop() => waveIn.StopRecording();

        public override ValueTask LetGoAsync()
        {
            waveIn.DataAvailable -= OnData;
            waveIn.RecordingStopped -= OnStopped;
            return default;
        }

        private void OnData(object? sender, WaveInEventArgs e) => Pushed(e.BufferSpan);

        private void OnStopped(object? sender, StoppedEventArgs e) => HasStopped(e.Exception);
    }
}
