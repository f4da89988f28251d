using System.Runtime.InteropServices;
using Ravatar.Client;

// Arguments: the service's address, the user, how to end, and perhaps a folder for the journal. Nothing is disposed unless that is how it ends.
RavatarClientOptions options = new() { BaseAddress = new Uri(args[0]), UserId = args[1] };
if (args.Length > 3)
{
    options.Live.JournalFolder = args[3];
}
RavatarClient client = new(options);
ChatChannel chat = await client.OpenChatAsync();
LiveSession live = await chat.StartLiveAsync();
Console.WriteLine(live.LicenseId);
switch (args[2])
{
    case "wait":
        Console.Error.WriteLine("waiting");
        await Task.Delay(Timeout.InfiniteTimeSpan);
        break;
    case "exit":
        Environment.Exit(3);
        break;
    case "dispose":
        client.Dispose();
        break;
    case "own handler":
        TaskCompletionSource told = new();
        using (
            PosixSignalRegistration.Create(
                PosixSignal.SIGTERM,
                context =>
                {
                    context.Cancel = true;
                    told.TrySetResult();
                }
            )
        )
        {
            Console.Error.WriteLine("waiting");
            await told.Task;
        }
        return 4;
}
return 0;
