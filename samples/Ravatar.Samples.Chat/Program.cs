using System.CommandLine;
using Ravatar.Client;
using Ravatar.Samples;

const string Description = """
    Chats with a RAVATAR avatar. At a terminal: type, and read. When stdin or stdout is redirected: each line that is not blank is a
    question, each answer is one line of stdout, and everything else goes to stderr.
    """;

Option<bool> telemetry = new("--telemetry") { Description = "show the SDK's traces as they end, and its metrics at the end, on stderr" };

return await SampleCommand.RunAsync(
    Description,
    args,
    ownOptions: [telemetry],
    async (given, settings, console, cancellationToken) =>
    {
        using TelemetryOutput? output = given.GetValue(telemetry) ? new TelemetryOutput(console.Note) : null;
        await using SampleService service = await SampleService.StartAsync(settings, "Ravatar.Samples.Chat", console);
        ChatConfiguration configuration = await service.Client.GetConfigurationAsync(cancellationToken);
        await using ChatChannel chat = await service.OpenChatAsync(settings, cancellationToken);
        Avatar? avatar = configuration.Avatars.FirstOrDefault(a => a.Id == chat.AvatarId);
        ConsoleChat conversation = new(service.Client, chat, avatar, console);
        await conversation.RunAsync(cancellationToken);
    }
);
