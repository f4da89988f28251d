namespace Ravatar.Client;

/// <summary>
/// One opened capture device of ALSA, non-blocking: a blocking read never returns from a source that is suspended. Every failure is a
/// <see cref="RavatarAudioException"/> with its code. For one thread at a time.
/// </summary>
internal sealed unsafe class AlsaPcm : IAlsaPcm
{
    private const uint LatencyMicroseconds = 200_000;

    // An invalid format value aborts the process inside ALSA: these are all that are ever passed.
    private static readonly (AudioEncoding Encoding, int Format)[] s_formats =
    [
        (AudioEncoding.Int16, 2),
        (AudioEncoding.Float32, 14),
        (AudioEncoding.Int32, 10),
        (AudioEncoding.Int24, 32),
        (AudioEncoding.UInt8, 1),
    ];

    private readonly string _device;
    private IntPtr _pcm;
    private int _bufferFrames;

    private AlsaPcm(string device, IntPtr pcm)
    {
        _device = device;
        _pcm = pcm;
        Format = AudioFormat.Voice;
    }

    public AudioFormat Format { get; private set; }

    /// <summary>Opens a device with the format that comes closest to the constraints.</summary>
    public static AlsaPcm Open(string device, MicrophoneConstraints constraints)
    {
        if (!constraints.IsPossible && constraints.Exact)
        {
            throw NotThatFormat(device);
        }
        return Open(device, pcm => pcm.Negotiate(constraints));
    }

    /// <summary>Opens a device again, as it was.</summary>
    public static AlsaPcm Reopen(string device, AudioFormat format) =>
        Open(
            device,
            pcm =>
            {
                if (!pcm.TrySet(format, resample: false) && !pcm.TrySet(format, resample: true))
                {
                    throw NotThatFormat(device);
                }
            }
        );

    public void Start()
    {
        Check(AlsaNative.snd_pcm_prepare(_pcm), "prepared");
        Check(AlsaNative.snd_pcm_start(_pcm), "started");
    }

    public void Drop() => _ = AlsaNative.snd_pcm_drop(_pcm);

    public void Wait(int milliseconds) => _ = AlsaNative.snd_pcm_wait(_pcm, milliseconds);

    public int Read(byte[] buffer, out int lostFrames)
    {
        lostFrames = 0;
        long frames;
        fixed (byte* start = buffer)
        {
            frames = (long)AlsaNative.snd_pcm_readi(_pcm, start, (UIntPtr)(uint)(buffer.Length / Format.BytesPerFrame));
        }
        switch (frames)
        {
            case >= 0:
                return (int)frames * Format.BytesPerFrame;
            case AlsaNative.TryAgain:
                return 0;
            case AlsaNative.Suspended when AlsaNative.snd_pcm_resume(_pcm) == 0:
                return 0;
            case AlsaNative.BrokenPipe
            or AlsaNative.Suspended when AlsaNative.snd_pcm_prepare(_pcm) == 0 && AlsaNative.snd_pcm_start(_pcm) == 0:
                lostFrames = frames == AlsaNative.BrokenPipe ? _bufferFrames : 0;
                return 0;
            default:
                throw Lost(AlsaNative.Describe((int)frames));
        }
    }

    public void Dispose()
    {
        IntPtr pcm = _pcm;
        _pcm = IntPtr.Zero;
        if (pcm != IntPtr.Zero)
        {
            _ = AlsaNative.snd_pcm_close(pcm);
        }
    }

    public RavatarAudioException Lost(string why) => new(AudioErrorCode.MediaAborted, $"The microphone \"{_device}\" was lost: {why}.");

    private static AlsaPcm Open(string device, Action<AlsaPcm> configure)
    {
        AlsaNative.EnsureReady();
        IntPtr handle;
        int error;
        fixed (byte* name = AlsaNative.Bytes(device))
        {
            error = AlsaNative.snd_pcm_open(&handle, name, AlsaNative.StreamCapture, AlsaNative.OpenNonBlocking);
        }
        if (error < 0)
        {
            // What "default" means is read once and kept; a sound server that starts later changes it.
            _ = AlsaNative.snd_config_update_free_global();
            throw Failed(device, error, "opened");
        }
        var pcm = new AlsaPcm(device, handle);
        try
        {
            configure(pcm);
            return pcm;
        }
        catch
        {
            pcm.Dispose();
            throw;
        }
    }

    private void Negotiate(MicrophoneConstraints constraints)
    {
        if (constraints.IsPossible && (TryAll(constraints, resample: false) || TryAll(constraints, resample: true)))
        {
            return;
        }
        if (constraints.Exact)
        {
            throw NotThatFormat(_device);
        }
        // The web's default constraints: any.
        var any = new MicrophoneConstraints();
        if (!TryAll(any, resample: false) && !TryAll(any, resample: true))
        {
            throw new RavatarAudioException(
                AudioErrorCode.InvalidMediaConstraints,
                $"The microphone \"{_device}\" has no format that can be converted."
            );
        }
    }

    private bool TryAll(MicrophoneConstraints constraints, bool resample) =>
        AlsaFormats.Candidates(constraints).Any(format => TrySet(format, resample));

    private bool TrySet(AudioFormat format, bool resample)
    {
        int error = AlsaNative.snd_pcm_set_params(
            _pcm,
            Array.Find(s_formats, f => f.Encoding == format.Encoding).Format,
            AlsaNative.AccessInterleaved,
            (uint)format.Channels,
            (uint)format.SampleRate,
            resample ? 1 : 0,
            LatencyMicroseconds
        );
        switch (error)
        {
            case >= 0:
                Format = format;
                _bufferFrames = GetBufferFrames();
                return true;
            case AlsaNative.Invalid:
                return false;
            case AlsaNative.InputOutput:
                // So PulseAudio's plug-in says that there is no source of that name.
                throw NotFound(_device, error);
            default:
                throw Failed(_device, error, "set up");
        }
    }

    private int GetBufferFrames()
    {
        UIntPtr buffer;
        UIntPtr period;
        return AlsaNative.snd_pcm_get_params(_pcm, &buffer, &period) == 0 ? (int)buffer.ToUInt64() : 0;
    }

    private void Check(int error, string what)
    {
        if (error < 0)
        {
            throw Failed(_device, error, what);
        }
    }

    private static RavatarAudioException Failed(string device, int error, string what)
    {
        string message = $"The microphone \"{device}\" cannot be {what}: {AlsaNative.Describe(error)}.";
        switch (error)
        {
            case AlsaNative.Busy:
                return new RavatarAudioException(AudioErrorCode.MediaInUse, message);
            case AlsaNative.NotPermitted or AlsaNative.AccessDenied:
                return Forbidden(message);
            case AlsaNative.NotFound or AlsaNative.NoDevice or AlsaNative.ConnectionRefused:
                return AlsaDevices.AreAllForbidden() ? Forbidden(message) : NotFound(device, error);
            default:
                return new RavatarAudioException(AudioErrorCode.RecorderError, message);
        }
    }

    private static RavatarAudioException NotFound(string device, int error) =>
        new(AudioErrorCode.NoSpecifiedMediaFound, $"There is no microphone \"{device}\": {AlsaNative.Describe(error)}.");

    private static RavatarAudioException NotThatFormat(string device) =>
        new(AudioErrorCode.InvalidMediaConstraints, $"The microphone \"{device}\" does not have the format that was asked for.");

    private static RavatarAudioException Forbidden(string message) =>
        new(AudioErrorCode.PermissionDenied, message)
        {
            Recommendation = "Give this user access to the sound devices: on most systems, add it to the group \"audio\".",
        };
}
