using Ravatar.Client;
using Ravatar.Samples;

const string Description = """
    Speaks with a RAVATAR avatar, through a microphone or from a WAV file. When stdin or stdout is redirected: each answer is one line of
    stdout, and everything else goes to stderr. With --live the first line of stdout is the address of the avatar's page.
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
        await using SampleService service = await SampleService.StartAsync(
            settings,
            "Ravatar.Samples.Voice",
            console,
            o => o.Live.JournalFolder = voice.JournalFolder
        );
        ChatConfiguration configuration = await service.Client.GetConfigurationAsync(cancellationToken);
        if (voice.IsLive)
        {
            settings = LiveTalk.WithLiveAvatar(settings, configuration);
        }
        await using ChatChannel chat = await service.OpenChatAsync(settings, cancellationToken);
        Avatar? avatar = configuration.Avatars.FirstOrDefault(a => a.Id == chat.AvatarId);
        Talk talk = new(service.Client, chat, avatar, source, voice, console);
        VoiceChat recordings = new(talk, voice.ModeFor(configuration.VadEnabled, console.IsInteractive));
        await (voice.IsLive ? new LiveTalk(talk).RunAsync(recordings, cancellationToken) : recordings.RunAsync(cancellationToken));
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
