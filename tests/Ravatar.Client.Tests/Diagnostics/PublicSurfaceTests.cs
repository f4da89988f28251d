using System.Collections.Concurrent;
using System.Reflection;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Every public method that can be waited for: cancelled before, and called after disposal. So are those that return at once and tell of disposal.</summary>
[Collection<ModelCollection>]
public sealed class PublicSurfaceTests
{
    /// <summary>Methods that do something else with a token that is cancelled already, and why.</summary>
    private static readonly Dictionary<string, Type?> CancelledOtherwise = new()
    {
        // Ends what runs, whoever waits for it: a source or a session is not left running because somebody gave up.
        ["CallbackAudioSource.StopAsync()"] = null,
        ["StreamAudioSource.StopAsync()"] = null,
        ["WavAudioSource.StopAsync()"] = null,
        // Takes no token.
        ["VoiceRecorder.CancelAsync()"] = null,
        ["VoiceConversation.CancelAsync()"] = null,
        // There is no recording to end.
        ["VoiceRecorder.StopAsync()"] = typeof(InvalidOperationException),
        ["VoiceRecorder.ReleaseAsync()"] = typeof(InvalidOperationException),
    };

    /// <summary>Methods that do something else after disposal, and why.</summary>
    private static readonly Dictionary<string, Type?> DisposedOtherwise = new()
    {
        // What came before the end is still there to be read, and how it ended.
        ["ChatChannel.ReadAllAsync()"] = null,
        ["ChatChannel.WatchStateAsync()"] = null,
        ["LiveSession.ReadErrorsAsync()"] = null,
        ["LiveSession.EndAsync()"] = null,
        // Nothing runs: there is nothing to stop.
        ["CallbackAudioSource.StopAsync()"] = null,
        ["StreamAudioSource.StopAsync()"] = null,
        ["WavAudioSource.StopAsync()"] = null,
        ["VoiceRecorder.CancelAsync()"] = null,
        ["VoiceConversation.CancelAsync()"] = null,
        ["VoiceConversation.FinishAsync()"] = null,
        ["VoiceRecorder.StopAsync()"] = typeof(InvalidOperationException),
        ["VoiceRecorder.ReleaseAsync()"] = typeof(InvalidOperationException),
        // There is nothing to dispose, and no such folder.
        ["WavRecording.SaveAsync(String)"] = typeof(DirectoryNotFoundException),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_that_is_cancelled_already_throws_before_anything_is_sent()
    {
        await using PublicSurface surface = await PublicSurface.CreateAsync(Token);
        CancellationToken cancelled = new(canceled: true);
        (int, int, int) before = surface.Received;
        List<string> wrong = [];
        // Last, as it ends the session whatever the token says, as it promises.
        foreach (MethodInfo method in PublicSurface.Methods.OrderBy(static m => m.Name == nameof(LiveSession.EndAsync)))
        {
            if (method.Name == nameof(LiveSession.EndAsync))
            {
                Assert.Equal(before, surface.Received);
            }
            Exception? thrown = await Record.ExceptionAsync(() =>
                surface.CallAsync(method, cancelled).WaitAsync(ManualTimeProvider.HangGuard, Token)
            );
            Judge(method, thrown, typeof(OperationCanceledException), CancelledOtherwise, wrong);
        }
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    [Fact]
    public async Task After_disposal_all_say_so()
    {
        await using PublicSurface surface = await PublicSurface.CreateAsync(Token);
        await surface.DisposeSubjectsAsync();
        (int, int, int) before = surface.Received;
        List<string> wrong = [];
        foreach (MethodInfo method in PublicSurface.ClientMethods.Where(static m => !m.IsStatic))
        {
            Exception? thrown = await Record.ExceptionAsync(() =>
                surface.CallAsync(method, Token).WaitAsync(ManualTimeProvider.HangGuard, Token)
            );
            Judge(method, thrown, typeof(ObjectDisposedException), DisposedOtherwise, wrong);
        }
        foreach (MethodInfo method in PublicSurface.SynchronousMethods)
        {
            Judge(method, Record.Exception(() => surface.Call(method, Token)), typeof(ObjectDisposedException), DisposedOtherwise, wrong);
        }
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
        Assert.Equal(before, surface.Received);
        await surface.DisposeSubjectsAsync(); // twice is as good as once
    }

    [Fact]
    public async Task No_failure_is_left_unobserved() => Assert.Empty(await UnobservedAsync(UseAsync));

    [Fact]
    public async Task A_failure_that_is_left_unobserved_is_noticed() =>
        Assert.Single(
            await UnobservedAsync(async () =>
            {
                _ = Task.FromException(new InvalidOperationException("planted"));
                await Task.Yield();
            })
        );

    [Fact]
    public void The_surface_is_found_whole()
    {
        Assert.Equal(
            [
                "CallbackAudioSource",
                "ChatChannel",
                "FakeChat",
                "FakeHold",
                "FakeJournal",
                "FakeLive",
                "FakeRavatarServer",
                "FakeSocket",
                "LiveSession",
                "PcmFrameReader",
                "RavatarClient",
                "RavatarClientFactory",
                "StreamAudioSource",
                "VoiceConversation",
                "VoiceRecorder",
                "WavAudioSource",
                "WavRecording",
            ],
            PublicSurface.Types.Select(static t => t.Name)
        );
        Assert.Equal(["CreateRecorder", "CreateVoiceConversation", "Create"], PublicSurface.SynchronousMethods.Select(static m => m.Name));
        string[] names = [.. PublicSurface.Methods.Select(PublicSurface.NameOf)];
        Assert.True(names.Length > 30, string.Join(", ", names));
        Assert.Empty(CancelledOtherwise.Keys.Concat(DisposedOtherwise.Keys).Except(names));
    }

    private static async Task<IReadOnlyCollection<Exception>> UnobservedAsync(Func<Task> use)
    {
        Collect(); // what others left
        ConcurrentQueue<Exception> unobserved = new();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, e) => unobserved.Enqueue(e.Exception);
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            await use();
            Collect();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }
        return unobserved;
    }

    /// <summary>Calls are under way when the server dies, and others come while there is none: all fail at the latest at disposal.</summary>
    private static async Task UseAsync()
    {
        await using PublicSurface surface = await PublicSurface.CreateAsync(Token);
        surface.Server.Chat.AnswerWith(static _ => null);
        CallAll(surface);
        surface.Server.Chat.DropConnections();
        await surface.Server.DisposeAsync();
        CallAll(surface);
        await surface.DisposeSubjectsAsync();
    }

    /// <summary>Nobody looks at these calls: what counts is what the SDK keeps to itself.</summary>
    private static void CallAll(PublicSurface surface)
    {
        foreach (MethodInfo method in PublicSurface.ClientMethods.Where(static m => m.Name != nameof(LiveSession.EndAsync)))
        {
            _ = Record.ExceptionAsync(() => surface.CallAsync(method, Token).WaitAsync(ManualTimeProvider.HangGuard, Token)).AsTask();
        }
    }

    private static void Judge(MethodInfo method, Exception? thrown, Type expected, Dictionary<string, Type?> otherwise, List<string> wrong)
    {
        string name = PublicSurface.NameOf(method);
        bool differs = otherwise.TryGetValue(name, out Type? other);
        expected = differs && other is not null ? other : expected;
        bool right = differs && other is null ? thrown is null : expected.IsInstanceOfType(thrown);
        if (!right)
        {
            wrong.Add($"{name}: {thrown?.ToString() ?? "nothing thrown"}");
        }
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
