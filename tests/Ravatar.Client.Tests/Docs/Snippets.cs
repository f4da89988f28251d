using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What README.md and docs/*.md show, compiled; <see cref="SnippetTests"/> holds them equal.</summary>
internal static class Snippets
{
    public static async Task FifteenLinesAsync()
    {
        #region chat
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();

        await using RavatarClient ravatar = new(
            new RavatarClientOptions
            {
                UserId = "user-12345",
                ProjectId = "proj-abc",
                BaseAddress = server.BaseAddress,
            }
        );
        ChatConfiguration config = await ravatar.GetConfigurationAsync();

        await using ChatChannel chat = await ravatar.OpenChatAsync(new() { AvatarId = config.Avatars[0].Id, Language = "en" });
        ChatAnswer answer = await chat.AskAsync("What can you do?");
        Console.WriteLine($"{config.Avatars[0].Name}: {answer.Text}");
        #endregion
    }

    public static async Task ReadingAsync(ChatChannel chat, CancellationToken cancellationToken)
    {
        #region reading
        await chat.SendTextAsync("Tell me more.", cancellationToken);
        await foreach (ChatEvent e in chat.ReadAllAsync(cancellationToken))
        {
            switch (e)
            {
                case ChatAnswer { IsRecovered: true } late:
                    Console.WriteLine($"(while we were away) {late.Text}");
                    break;
                case ChatAnswer said:
                    Console.WriteLine($"{said.Text} {said.FileUrl}");
                    break;
                case SystemEvent system:
                    Console.WriteLine($"[{system.Text}]");
                    break;
                case EventsMissed missed:
                    Console.WriteLine($"[{missed.Count} events were left out: this reader was too slow]");
                    break;
            }
        }
        #endregion
    }

    public static async Task WatchingAsync(ChatChannel chat, CancellationToken cancellationToken)
    {
        #region watching
        await foreach (ChatStateChange step in chat.WatchStateAsync(cancellationToken))
        {
            Console.WriteLine($"{step.State}: {step.Reason} (attempt {step.Attempt}, in {step.Delay})");
        }
        ChatEnd end = await chat.Completion;
        Console.WriteLine($"{end.Reason}: {end.Message} {end.CloseCode} {end.CloseText}");
        Console.WriteLine(chat.GetStatistics());
        #endregion
    }

    public static void Hosting(IHostApplicationBuilder builder)
    {
        #region hosting
        builder
            .Services.AddRavatarClient(builder.Configuration.GetSection("Ravatar")) // UserId, ProjectId, …: validated when the host starts
            .AddHttpMessageHandler<MyHandler>(); // an IHttpClientBuilder comes back
        #endregion
    }

    public static void ManyUsers(IHostApplicationBuilder builder)
    {
        #region many_users_host
        builder.Services.AddRavatarClientFactory(builder.Configuration.GetSection("Ravatar")); // everything but UserId
        #endregion
    }

    public static async Task ManyUsersAsync(IRavatarClientFactory factory, string userId, CancellationToken cancellationToken)
    {
        #region many_users
        await using RavatarClient ravatar = factory.Create(userId); // an IRavatarClientFactory, from the container
        ChatConfiguration config = await ravatar.GetConfigurationAsync(cancellationToken);
        #endregion
        Console.WriteLine(config.Session);
    }

    public static void Fleet(IHostApplicationBuilder builder)
    {
        #region fleet_host
        // Beside an IDistributedCache (Redis, SQL, …) and data protection, as the application has them already:
        builder.Services.AddSingleton<ITokenProtector, TokenProtection>();
        builder.Services.AddRavatarClientFactory(builder.Configuration.GetSection("Ravatar")); // with Ravatar:TokenCache:Key
        #endregion
    }

    #region fleet_protection
    internal sealed class TokenProtection(IDataProtectionProvider keys) : ITokenProtector
    {
        private readonly IDataProtector _protector = keys.CreateProtector("RAVATAR tokens");

        public byte[] Protect(byte[] plaintext) => _protector.Protect(plaintext);

        public byte[] Unprotect(byte[] protectedData) => _protector.Unprotect(protectedData);
    }
    #endregion

    public static async Task TestingAsync(Func<Uri, Task> runMyApp)
    {
        Task RunMyAppAsync(Uri address) => runMyApp(address);

        #region testing
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        server.Chat.AnswerWith(message => new FakeAnswer($"You said: {message.Request}"));
        server.Script.Jwt.FailOnce(500);
        server.Chat.DropEvery(3, FakeDropPoint.AfterRecording); // the answer to every third message is lost on the way

        await RunMyAppAsync(server.BaseAddress);

        Assert.Empty(server.Received.Violations); // everything a client sent that the protocol does not allow
        #endregion
    }

    public static async Task RecordingAsync(RavatarClient ravatar, CancellationToken cancellationToken)
    {
        #region recording
        foreach (MicrophoneDevice device in Microphone.ListDevices())
        {
            Console.WriteLine($"{device.Id}: {device.Name}");
        }

        await using IAudioSource microphone = Microphone.Open();
        await using VoiceRecorder recorder = ravatar.CreateRecorder(microphone); // or new VoiceRecorder(microphone), without a client
        WavRecording utterance = await recorder.RecordUtteranceAsync(cancellationToken);
        #endregion
    }

    public static async Task SpeakingAsync(RavatarClient ravatar, ChatChannel chat, CancellationToken cancellationToken)
    {
        #region speaking
        await using IAudioSource microphone = Microphone.Open(); // package Ravatar.Client.Microphone
        await using VoiceConversation conversation = ravatar.CreateVoiceConversation(chat, microphone, new() { Mode = VoiceMode.Vad });
        await foreach (VoiceTurn turn in conversation.RunAsync(cancellationToken)) // a pause sends what was said; then it listens again
        {
            Console.WriteLine(turn.Answer?.Text ?? turn.Error?.Message);
        }
        #endregion
    }

    public static async Task ConversingAsync(
        VoiceConversation conversation,
        Func<ChatAnswer, Task> play,
        CancellationToken cancellationToken
    )
    {
        Task PlayAsync(ChatAnswer answer) => play(answer);

        #region conversing
        IAsyncEnumerable<VoiceTurn> turns = conversation.RunAsync(cancellationToken); // it listens from here on

        // Elsewhere, in the user interface:
        // await conversation.PressAsync(); … await conversation.ReleaseAsync();      the button of push-to-talk
        // conversation.IsMuted = true;                                               stays until it is set back
        // conversation.IsTyping = true; … await conversation.AskAsync("typed");      closes the open microphone meanwhile

        await foreach (VoiceTurn turn in turns)
        {
            Console.WriteLine($"{turn.Recording.Duration} said, sent after {turn.TimeToSend}, answered after {turn.TimeToAnswer}");
            if (turn.Answer is { } answer)
            {
                await PlayAsync(answer); // nothing is heard before the next turn is asked for
            }
            else
            {
                Console.WriteLine(turn.Error?.Message); // no answer in time: the conversation goes on
            }
        }
        #endregion
    }

    public static async Task StreamingAsync(RavatarClient ravatar, ChatChannel chat, Action<Uri> show, CancellationToken cancellationToken)
    {
        void Show(Uri page) => show(page);

        #region streaming
        await using LiveSession session = await chat.StartLiveAsync(cancellationToken: cancellationToken);
        Show(session.PageUri);
        await using IAudioSource microphone = Microphone.Open();
        await using VoiceConversation conversation = ravatar.CreateVoiceConversation(chat, microphone, new() { Mode = VoiceMode.Vad });
        await conversation.StreamAsync(session, cancellationToken: cancellationToken); // or RunAsync, for avatars that take recordings
        #endregion
    }

    internal interface IWebView
    {
        void Navigate(Uri address);
    }

    internal static async Task LiveAsync(ChatChannel chat, IWebView webView, CancellationToken cancellationToken)
    {
        #region live
        await using LiveSession live = await chat.StartLiveAsync(new() { Width = 1280, Height = 720 }, cancellationToken);
        webView.Navigate(live.PageUri); // the avatar's page, with the token in its address
        await using IAudioSource microphone = Microphone.Open();
        await live.StreamAsync(microphone, cancellationToken: cancellationToken); // leaving the scope ends the session on the server
        #endregion
    }

    internal static async Task LiveErrorsAsync(LiveSession live, IWebView webView, CancellationToken cancellationToken)
    {
        #region live_errors
        await foreach (RavatarLiveException error in live.ReadErrorsAsync(cancellationToken))
        {
            if (error.Reason == LiveError.Timeout)
            {
                webView.Navigate(live.PageUri); // the session goes on; its page connects again
            }
        }
        LiveEnd end = await live.Ended;
        Console.WriteLine($"{end.Message} {end.Exception?.Recommendation}");
        #endregion
    }

    private sealed class MyHandler : DelegatingHandler;
}
