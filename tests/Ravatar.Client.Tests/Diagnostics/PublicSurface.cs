using System.Reflection;
using Ravatar.Client.Testing;

namespace Ravatar.Client.Tests;

/// <summary>One of each public type that can be disposed, at work, and their asynchronous methods, found by reflection.</summary>
internal sealed class PublicSurface : IAsyncDisposable
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly Dictionary<Type, object> _subjects;

    private PublicSurface(FakeRavatarServer server, params object[] subjects) =>
        (Server, _subjects) = (server, subjects.ToDictionary(static s => s.GetType()));

    public FakeRavatarServer Server { get; }

    public static IReadOnlyList<Type> Types { get; } =
    [
        .. typeof(RavatarClient)
            .Assembly.GetExportedTypes()
            .Where(static t => t.IsClass && t.IsAssignableTo(typeof(IAsyncDisposable)))
            .OrderBy(static t => t.Name, StringComparer.Ordinal),
    ];

    /// <summary>All methods that return something to wait for, but disposal.</summary>
    public static IEnumerable<MethodInfo> Methods =>
        Types
            .SelectMany(static t => t.GetMethods(Declared))
            .Where(static m => !m.IsSpecialName && IsAsync(m.ReturnType) && m.Name != nameof(IAsyncDisposable.DisposeAsync));

    public static async Task<PublicSurface> CreateAsync(CancellationToken cancellationToken)
    {
        FakeRavatarServer server = await FakeRavatarServer.StartAsync(cancellationToken: cancellationToken);
        RavatarClient client = new(new() { UserId = "user-123", BaseAddress = server.BaseAddress });
        ChatChannel chat = await client.OpenChatAsync(cancellationToken: cancellationToken);
        LiveSession live = await chat.StartLiveAsync(cancellationToken: cancellationToken);
        MemoryStream wav = new();
        await wav.WriteAsync(new WavEncoder().ToRecording(isPushToTalk: false).Data, cancellationToken);
        wav.Position = 0;
        return new PublicSurface(
            server,
            client,
            chat,
            live,
            new VoiceRecorder(new CallbackAudioSource(AudioFormat.Voice), null, TimeProvider.System),
            client.CreateVoiceConversation(chat, new CallbackAudioSource(AudioFormat.Voice)),
            new CallbackAudioSource(AudioFormat.Voice),
            new StreamAudioSource(new MemoryStream(new byte[100]), AudioFormat.Voice),
            await WavAudioSource.OpenAsync(wav, cancellationToken: cancellationToken)
        );
    }

    /// <summary>The method's name with its parameters' types, as <c>ChatChannel.AskAsync(String)</c>; tokens are left out.</summary>
    public static string NameOf(MethodInfo method) =>
        $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(static p => p.ParameterType).Where(static t => t != typeof(CancellationToken)).Select(static t => t.Name.Split('`')[0]))})";

    /// <summary>Calls it with whatever arguments are good, and waits for it, or for the first item.</summary>
    public async Task CallAsync(MethodInfo method, CancellationToken cancellationToken)
    {
        object?[] arguments = [.. method.GetParameters().Select(p => ArgumentFor(p, cancellationToken))];
        object? result = method.Invoke(
            method.IsStatic ? null : _subjects[method.DeclaringType!],
            BindingFlags.DoNotWrapExceptions,
            binder: null,
            arguments,
            culture: null
        );
        await (Task)WaitMethod(method.ReturnType).Invoke(null, [result])!;
    }

    /// <summary>What the server has had so far.</summary>
    public (int Requests, int Messages, int Sockets) Received =>
        (Server.Received.Requests.Count, Server.Received.Messages.Count, Server.Received.Sockets.Count);

    /// <summary>Disposes them all, from the outermost inwards.</summary>
    public async Task DisposeSubjectsAsync()
    {
        foreach (IAsyncDisposable subject in _subjects.Values.Cast<IAsyncDisposable>())
        {
            await subject.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DisposeSubjectsAsync();
        await Server.DisposeAsync();
    }

    private static bool IsAsync(Type type) =>
        type == typeof(Task)
        || type == typeof(ValueTask)
        || (
            type.IsGenericType
            && type.GetGenericTypeDefinition() is var generic
            && (generic == typeof(Task<>) || generic == typeof(ValueTask<>) || generic == typeof(IAsyncEnumerable<>))
        );

    private object? ArgumentFor(ParameterInfo parameter, CancellationToken cancellationToken)
    {
        Type type = parameter.ParameterType;
        return type == typeof(CancellationToken) ? cancellationToken
            : type == typeof(string) ? "no-such-file"
            : type == typeof(TimeSpan) ? TimeSpan.FromSeconds(5)
            : type == typeof(VoiceClip) ? new WavEncoder().ToRecording(isPushToTalk: false)
            : type == typeof(ReadOnlyMemory<byte>) ? new ReadOnlyMemory<byte>(new byte[8192])
            : type == typeof(Memory<byte>) ? new Memory<byte>(new byte[8192])
            : type == typeof(Stream) ? new MemoryStream(new byte[100])
            : type == typeof(VoiceMode) ? VoiceMode.Record
            : type == typeof(LiveSession) ? _subjects[type]
            : type == typeof(IAudioSource) ? new CallbackAudioSource(AudioFormat.Voice)
            : parameter.HasDefaultValue ? parameter.DefaultValue
            : throw new NotSupportedException($"No argument is known for {parameter}: teach this method one.");
    }

    private static MethodInfo WaitMethod(Type type)
    {
        string name = "Wait" + type.Name.Split('`')[0];
        MethodInfo wait = typeof(PublicSurface)
            .GetMethods(BindingFlags.NonPublic | BindingFlags.Static)
            .Single(m => m.Name == name && m.IsGenericMethodDefinition == type.IsGenericType);
        return type.IsGenericType ? wait.MakeGenericMethod(type.GetGenericArguments()) : wait;
    }

    private static async Task WaitTask(Task task) => await task;

    private static async Task WaitTask<T>(Task<T> task) => await task;

    private static async Task WaitValueTask(ValueTask task) => await task;

    private static async Task WaitValueTask<T>(ValueTask<T> task) => await task;

    private static async Task WaitIAsyncEnumerable<T>(IAsyncEnumerable<T> items)
    {
        await using IAsyncEnumerator<T> reading = items.GetAsyncEnumerator();
        await reading.MoveNextAsync();
    }
}
