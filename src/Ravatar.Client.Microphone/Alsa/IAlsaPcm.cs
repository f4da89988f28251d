namespace Ravatar.Client;

/// <summary>An opened capture device, non-blocking, as the capturing thread uses it. For one thread at a time.</summary>
internal interface IAlsaPcm : IDisposable
{
    AudioFormat Format { get; }

    void Start();

    /// <summary>Reads what is there.</summary>
    /// <param name="buffer">Where the audio goes.</param>
    /// <param name="lostFrames">What an overrun has cost: as many frames as the device's buffer holds, the least that is lost; mostly 0.</param>
    /// <returns>The bytes read; 0 when nothing is there yet, or after an overrun or a suspend from which the device was restarted.</returns>
    /// <exception cref="RavatarAudioException">The device was lost (<see cref="AudioErrorCode.MediaAborted"/>).</exception>
    int Read(byte[] buffer, out int lostFrames);

    /// <summary>Waits for audio, at most so long. What is wrong with the device shows in the read that follows.</summary>
    void Wait(int milliseconds);

    /// <summary>Stops capturing. What was captured and not read is gone.</summary>
    void Drop();

    /// <summary>The error that says that the device was lost.</summary>
    RavatarAudioException Lost(string why);
}
