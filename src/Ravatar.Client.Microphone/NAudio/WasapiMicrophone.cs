using System.Runtime.Versioning;
using NAudio.CoreAudioApi;
using NAudio.Wave;

namespace Ravatar.Client;

/// <summary>A microphone of Windows by WASAPI, in shared mode and in the device's own format: the SDK's converter is better than the system's.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WasapiMicrophone : PushedMicrophone
{
    private const int BufferMilliseconds = 50;

    private readonly string? _id;

    public WasapiMicrophone(string? id, MicrophoneConstraints constraints)
        : base(FormatOf(id, constraints), oneDevice: false)
    {
        _id = id;
    }

    public static IReadOnlyList<MicrophoneDevice> List()
    {
        try
        {
            using var enumerator = new MMDeviceEnumerator();
            string? standard = null;
            if (enumerator.TryGetDefaultAudioEndpoint(DataFlow.Capture, Role.Console, out MMDevice found))
            {
                using (found)
                {
                    standard = found.ID;
                }
            }
            using MMDeviceCollection endpoints = enumerator.EnumerateAudioEndPoints(DataFlow.Capture, DeviceState.Active);
            var devices = new List<MicrophoneDevice>();
            foreach (MMDevice endpoint in endpoints)
            {
                using (endpoint)
                {
                    devices.Add(new MicrophoneDevice(endpoint.ID, endpoint.FriendlyName, endpoint.ID == standard));
                }
            }
            return [.. devices.OrderByDescending(d => d.IsDefault)];
        }
        catch (Exception e) when (e is not RavatarAudioException)
        {
            throw NAudioFormat.Translate(e, capturing: false);
        }
    }

    protected override DeviceRun MakeRun() => new Recording(this, _id);

    protected override RavatarAudioException Translate(Exception error, bool capturing) => NAudioFormat.Translate(error, capturing);

    private static AudioFormat FormatOf(string? id, MicrophoneConstraints constraints)
    {
        try
        {
            using MMDevice device = Find(id);
            using WasapiRecorder recorder = Build(device);
            AudioFormat format = NAudioFormat.ToAudioFormat(recorder.WaveFormat);
            bool fits =
                format.SampleRate == (constraints.SampleRate ?? format.SampleRate)
                && format.Channels == (constraints.Channels ?? format.Channels);
            return fits || !constraints.Exact
                ? format
                : throw new RavatarAudioException(
                    AudioErrorCode.InvalidMediaConstraints,
                    $"The microphone has {format}, not what was asked for."
                );
        }
        catch (Exception e) when (e is not RavatarAudioException)
        {
            throw NAudioFormat.Translate(e, capturing: false);
        }
    }

    private static MMDevice Find(string? id)
    {
        using var enumerator = new MMDeviceEnumerator();
        if (id != null)
        {
            return enumerator.GetDevice(id);
        }
        return enumerator.TryGetDefaultAudioEndpoint(DataFlow.Capture, Role.Console, out MMDevice device)
            ? device
            : throw new RavatarAudioException(AudioErrorCode.NoSpecifiedMediaFound, "There is no microphone.");
    }

    private static WasapiRecorder Build(MMDevice device) =>
        new WasapiRecorderBuilder().WithDevice(device).WithSharedMode().WithEventSync().WithBufferLength(BufferMilliseconds).Build();

    // A recorder initializes its device once: every start takes a new one.
    private sealed class Recording(PushedMicrophone microphone, string? id) : DeviceRun(microphone)
    {
        private MMDevice? _device;
        private WasapiRecorder? _recorder;

        public override void Start()
        {
            _device = Find(id);
            _recorder = Build(_device);
            if (NAudioFormat.ToAudioFormat(_recorder.WaveFormat) != Format)
            {
                throw new RavatarAudioException(
                    AudioErrorCode.InvalidMediaConstraints,
                    "The microphone's format has changed. Open it again."
                );
            }
            _recorder.DataAvailable += (buffer, _, _, _) => Pushed(buffer);
            _recorder.RecordingStopped += (_, e) => HasStopped(e.Exception);
            _recorder.StartRecording();
        }

        public override void RequestStop() => _recorder?.StopRecording();

        public override async ValueTask LetGoAsync()
        {
            if (_recorder != null)
            {
                await _recorder.DisposeAsync().ConfigureAwait(false);
            }
            _device?.Dispose();
        }
    }
}
