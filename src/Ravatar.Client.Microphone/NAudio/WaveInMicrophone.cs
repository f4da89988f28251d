using NAudio.Wave;

namespace Ravatar.Client;

/// <summary>A recorder of NAudio that the caller made, as a source. Part of builds with NAudio only.</summary>
public static class WaveInMicrophone
{
    /// <summary>Wraps a recorder. Its format is read now; set it before.</summary>
    /// <param name="waveIn">The recorder, not recording. The caller disposes it, after the source.</param>
    /// <returns>The source. Disposing it stops the recorder, no more.</returns>
    /// <exception cref="RavatarAudioException">Its format cannot be converted (<see cref="AudioErrorCode.InvalidMediaConstraints"/>).</exception>
    public static IAudioSource Wrap(IWaveIn waveIn) => new Source(Guard.NotNull(waveIn));

    private sealed class Source : PushedMicrophone
    {
        private readonly IWaveIn _waveIn;

        public Source(IWaveIn waveIn)
            : base(NAudioFormat.ToAudioFormat(waveIn.WaveFormat))
        {
            _waveIn = waveIn;
        }

        protected override void StartDevice()
        {
            _waveIn.DataAvailable += OnData;
            _waveIn.RecordingStopped += OnStopped;
            _waveIn.StartRecording();
        }

        protected override void RequestStop() => _waveIn.StopRecording();

        protected override ValueTask LetGoAsync()
        {
            _waveIn.DataAvailable -= OnData;
            _waveIn.RecordingStopped -= OnStopped;
            return default;
        }

        protected override RavatarAudioException Translate(Exception error, bool capturing) => NAudioFormat.Translate(error, capturing);

        private void OnData(object? sender, WaveInEventArgs e) => Pushed(e.BufferSpan);

        private void OnStopped(object? sender, StoppedEventArgs e) => HasStopped(e.Exception);
    }
}
