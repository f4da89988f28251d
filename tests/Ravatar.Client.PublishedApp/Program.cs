using System.Diagnostics;
using System.Globalization;
using Ravatar.Client;

// Argument: the service's address. Signs in, chats, reads history and streams, as an app would; prints how long its first answer took.
await using RavatarClient client = new(new RavatarClientOptions { BaseAddress = new Uri(args[0]), UserId = "published" });
ChatConfiguration configuration = await client.GetConfigurationAsync();
await using ChatChannel chat = await client.OpenChatAsync(new() { AvatarId = configuration.Avatars[0].Id });
ChatAnswer answer = await chat.AskAsync("Does it work when it is published?");
TimeSpan first = TimeProvider.System.GetUtcNow().UtcDateTime - Process.GetCurrentProcess().StartTime.ToUniversalTime();
int rows = 0;
await foreach (HistoryMessage _ in client.GetHistoryAsync())
{
    rows++;
}
await using LiveSession live = await chat.StartLiveAsync(new() { Width = 640, Height = 360 });
for (int i = 0; i < 10; i++)
{
    await live.SendPcmAsync(new byte[8192]);
}
await chat.AskAsync("Have you heard that?"); // what was sent before it has arrived
LiveEnd end = await live.EndAsync();
Console.WriteLine(
    string.Create(
        CultureInfo.InvariantCulture,
        $"{answer.Text}|{rows}|{live.GetStatistics().FramesSent}|{end.EndedOnServer}|{first.TotalMilliseconds:F0}"
    )
);
