using Ravatar.Client;

namespace Snippets;

/// <summary>Audio, "Microphones".</summary>
internal static class Microphones
{
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        // <snippet>
        foreach (MicrophoneDevice device in Microphone.ListDevices())
        {
            Console.WriteLine($"{device.Id}: {device.Name}");
        }

        await using IAudioSource microphone = Microphone.Open();
        await using var recorder = new VoiceRecorder(microphone);
        WavRecording utterance = await recorder.RecordUtteranceAsync(cancellationToken);
        // </snippet>
    }
}
