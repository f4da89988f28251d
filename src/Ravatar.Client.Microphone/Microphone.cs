namespace Ravatar.Client;

/// <summary>The microphones of this machine: ALSA on Linux (PulseAudio and PipeWire come through it), WASAPI on Windows.</summary>
/// <remarks>
/// On other systems, and on Windows where this package was built without NAudio, every call throws <see cref="PlatformNotSupportedException"/>;
/// bring an <see cref="IAudioSource"/> of your own there, for example a <see cref="CallbackAudioSource"/> that the system's own API writes to.
/// </remarks>
public static class Microphone
{
    /// <summary>Opens a microphone. It captures between its start and its stop, and can be started again after either a stop or a failure.</summary>
    /// <param name="device">The <see cref="MicrophoneDevice.Id"/> of a device. Defaults to the system's default microphone.</param>
    /// <param name="constraints">The format to capture. Defaults to whatever the device has; the SDK converts it.</param>
    /// <returns>The microphone, which the caller disposes. It holds 2 s for its reader; what is older is dropped and counted.</returns>
    /// <exception cref="ArgumentException">The device's name is empty or no name, or a constraint is not positive.</exception>
    /// <exception cref="RavatarAudioException">
    /// The device is not there, in use, not permitted, or does not have exactly the format asked for; the code says which.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">There is no microphone support for this system.</exception>
    public static IBufferedAudioSource Open(string? device = null, MicrophoneConstraints? constraints = null)
    {
        if (device != null && (string.IsNullOrWhiteSpace(device) || device.Any(char.IsControl) || device.Length > 512))
        {
            throw new ArgumentException(
                "The device's name is empty or no name. Take one from ListDevices, or null for the default.",
                nameof(device)
            );
        }
        MicrophoneConstraints wanted = MicrophoneConstraints.Copy(constraints ?? new MicrophoneConstraints());
        if (Platform.IsLinux)
        {
            string name = device ?? "default";
            return new AlsaMicrophone(format => format == null ? AlsaPcm.Open(name, wanted) : AlsaPcm.Reopen(name, format));
        }
#if NAUDIO
        if (OperatingSystem.IsWindows())
        {
            return new WasapiMicrophone(device, wanted);
        }
#endif
        throw NotSupported();
    }

    /// <summary>Lists the microphones. A name that <see cref="Open"/> takes need not be listed: ALSA's names have arguments.</summary>
    /// <returns>The devices, the default first where it is known.</returns>
    /// <exception cref="RavatarAudioException">The system's audio library is missing or fails.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no microphone support for this system.</exception>
    public static IReadOnlyList<MicrophoneDevice> ListDevices()
    {
        if (Platform.IsLinux)
        {
            return AlsaDevices.List();
        }
#if NAUDIO
        if (OperatingSystem.IsWindows())
        {
            return WasapiMicrophone.List();
        }
#endif
        throw NotSupported();
    }

    private static PlatformNotSupportedException NotSupported() =>
        new(
            Platform.IsWindows
                ? "This build of Ravatar.Client.Microphone has no Windows microphone: NAudio needs .NET 9 or later, and a package built with"
                    + " UseNAudio=true. Or bring an IAudioSource of your own, for example a CallbackAudioSource."
                : "Ravatar.Client.Microphone knows the microphones of Linux (ALSA) and Windows (WASAPI). Bring an IAudioSource of your own here,"
                    + " for example a CallbackAudioSource that the system's own audio API writes to."
        );
}
