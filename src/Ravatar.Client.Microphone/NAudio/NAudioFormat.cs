using NAudio.Wave;

namespace Ravatar.Client;

/// <summary>What NAudio's formats and errors are in the SDK's words.</summary>
internal static class NAudioFormat
{
    // <audioclient.h>, <winerror.h>
    private const int NotFound = unchecked((int)0x80070490);
    private const int InvalidArgument = unchecked((int)0x80070057);
    private const int AccessDenied = unchecked((int)0x80070005);
    private const int DeviceInvalidated = unchecked((int)0x88890004);
    private const int UnsupportedFormat = unchecked((int)0x88890008);
    private const int DeviceInUse = unchecked((int)0x8889000A);

    public static AudioFormat ToAudioFormat(WaveFormat format)
    {
        WaveFormat plain = format.AsStandardWaveFormat();
        AudioEncoding? encoding = (plain.Encoding, plain.BitsPerSample) switch
        {
            (WaveFormatEncoding.Pcm, 8) => AudioEncoding.UInt8,
            (WaveFormatEncoding.Pcm, 16) => AudioEncoding.Int16,
            (WaveFormatEncoding.Pcm, 24) => AudioEncoding.Int24,
            (WaveFormatEncoding.Pcm, 32) => AudioEncoding.Int32,
            (WaveFormatEncoding.IeeeFloat, 32) => AudioEncoding.Float32,
            _ => null,
        };
        bool possible =
            plain.SampleRate is >= AudioFormat.MinSampleRate and <= AudioFormat.MaxSampleRate
            && plain.Channels is >= 1 and <= AudioFormat.MaxChannels;
        return encoding is { } known && possible
            ? new AudioFormat(plain.SampleRate, plain.Channels, known)
            : throw new RavatarAudioException(
                AudioErrorCode.InvalidMediaConstraints,
                $"The microphone's format cannot be converted: {plain}."
            );
    }

    public static RavatarAudioException Translate(Exception error, bool capturing)
    {
        if (error is RavatarAudioException told)
        {
            return told;
        }
        AudioErrorCode code = error.HResult switch
        {
            AccessDenied => AudioErrorCode.PermissionDenied,
            _ when capturing => AudioErrorCode.MediaAborted,
            NotFound or InvalidArgument or DeviceInvalidated => AudioErrorCode.NoSpecifiedMediaFound,
            DeviceInUse => AudioErrorCode.MediaInUse,
            UnsupportedFormat => AudioErrorCode.InvalidMediaConstraints,
            _ => AudioErrorCode.RecorderError,
        };
        return new RavatarAudioException(
            code,
            (capturing ? "The microphone was lost: " : "The microphone cannot be used: ") + error.Message,
            error
        );
    }
}
