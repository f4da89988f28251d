using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>Where the voice comes from: a microphone or a file.</summary>
internal static class VoiceInput
{
    /// <summary>The longest file that is sent in one piece: as long as a recording can be.</summary>
    public static readonly TimeSpan LongestFile = TimeSpan.FromHours(1);

    /// <exception cref="UsageException">The file cannot be used, or the microphone's name is none.</exception>
    /// <exception cref="RavatarAudioException">The microphone cannot be used.</exception>
    public static async Task<IAudioSource> OpenAsync(VoiceSettings settings, CancellationToken cancellationToken) =>
        settings.WavPath is { } path ? await OpenFileAsync(path, cancellationToken) : OpenMicrophone(settings.Microphone);

    /// <summary>The microphones of this machine.</summary>
    /// <exception cref="RavatarAudioException">They cannot be listed.</exception>
    public static IReadOnlyList<MicrophoneDevice> ListDevices() => OnThisSystem(Microphone.ListDevices);

    private static IAudioSource OpenMicrophone(string? name)
    {
        try
        {
            return OnThisSystem(() => Microphone.Open(name));
        }
        catch (ArgumentException)
        {
            throw new UsageException("--microphone: the name is empty or no name. Take one from --list-devices.");
        }
    }

    private static async Task<IAudioSource> OpenFileAsync(string path, CancellationToken cancellationToken)
    {
        WavAudioSource file;
        try
        {
            file = await WavAudioSource.OpenAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is RavatarAudioException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"--wav: \"{path}\" cannot be used. {e.Message}");
        }
        if (file.Duration > LongestFile)
        {
            await file.DisposeAsync();
            throw new UsageException($"--wav: \"{path}\" is longer than {LongestFile.TotalHours} h.");
        }
        return file;
    }

    /// <summary>To the user, a system without microphone support is one without a microphone.</summary>
    private static T OnThisSystem<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (PlatformNotSupportedException e)
        {
            throw new RavatarAudioException(AudioErrorCode.NoSpecifiedMediaFound, e.Message, e);
        }
    }
}
