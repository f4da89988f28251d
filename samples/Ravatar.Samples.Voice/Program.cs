using Ravatar.Client;
using Ravatar.Samples;

const string Description = """
    Speaks with a RAVATAR avatar, through a microphone or from a WAV file. When stdin or stdout is redirected: each answer is one line of
    stdout, and everything else goes to stderr.
    """;

VoiceOptions options = new();
return await SampleCommand.RunAsync(
    Description,
    args,
    options.All,
    async (given, settings, console, cancellationToken) =>
    {
        VoiceSettings voice = options.Read(given, console.IsInteractive);
        if (voice.ListDevices)
        {
            List(console);
            return;
        }
        // The microphone or the file first: what is wrong with it shows before anybody signs in.
        await using IAudioSource source = await VoiceInput.OpenAsync(voice, cancellationToken);
        await using SampleService service = await SampleService.StartAsync(settings, "Ravatar.Samples.Voice", console);
        ChatConfiguration configuration = await service.Client.GetConfigurationAsync(cancellationToken);
        await using ChatChannel chat = await service.OpenChatAsync(settings, cancellationToken);
        Avatar? avatar = configuration.Avatars.FirstOrDefault(a => a.Id == chat.AvatarId);
        VoiceRecorderOptions recording = new();
        if (voice.WavPath is not null)
        {
            recording.MaxRecording = VoiceInput.LongestFile;
        }
        await using VoiceRecorder recorder = service.Client.CreateRecorder(source, recording);
        VoiceChat conversation = new(chat, avatar, recorder, voice, console);
        await conversation.RunAsync(voice.ModeFor(configuration.VadEnabled, console.IsInteractive), cancellationToken);
    }
);

static void List(SampleConsole console)
{
    IReadOnlyList<MicrophoneDevice> devices = VoiceInput.ListDevices();
    foreach (MicrophoneDevice device in devices)
    {
        console.Print($"{device.Id}\t{device.Name}");
    }
    if (devices.Count == 0)
    {
        console.Note("No microphone found.");
    }
}
