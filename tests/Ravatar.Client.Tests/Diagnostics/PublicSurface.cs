using System.Reflection;
using System.Xml.Linq;
using Ravatar.Client.Testing;

namespace Ravatar.Client.Tests;

/// <summary>One of each public type that can be disposed or waited for, at work, and their methods, found by reflection.</summary>
internal sealed class PublicSurface : IAsyncDisposable
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The packages: the microphones', whose public members neither wait nor hold anything, are looked at all the same.</summary>
    private static readonly Assembly[] s_assemblies =
    [
        typeof(RavatarClient).Assembly,
        typeof(Microphone).Assembly,
        typeof(FakeRavatarServer).Assembly,
    ];

    private static readonly HashSet<string> s_tellOfDisposal = ReadDocumentation();

    private readonly Dictionary<Type, object> _subjects;

    private PublicSurface(FakeRavatarServer server, params object[] subjects) =>
        (Server, _subjects) = (server, subjects.ToDictionary(static s => s.GetType()));

    public FakeRavatarServer Server { get; }

    public static IReadOnlyList<Type> Types { get; } =
    [
        .. s_assemblies
            .SelectMany(static a => a.GetExportedTypes())
            .Where(static t => t.IsClass && (IsDisposable(t) || t.GetMethods(Declared).Any(IsAsync)))
            .OrderBy(static t => t.Name, StringComparer.Ordinal),
    ];

    /// <summary>All methods that return something to wait for, but disposal.</summary>
    public static IEnumerable<MethodInfo> Methods => Types.SelectMany(static t => t.GetMethods(Declared)).Where(IsAsync);

    /// <summary>Those of the client itself; what a test's server does after its end is a test's affair.</summary>
    public static IEnumerable<MethodInfo> ClientMethods =>
        Methods.Where(static m => m.DeclaringType!.Assembly == typeof(RavatarClient).Assembly);

    /// <summary>Methods that return at once and whose documentation names <see cref="ObjectDisposedException"/>.</summary>
    public static IEnumerable<MethodInfo> SynchronousMethods =>
        Types
            .SelectMany(static t => t.GetMethods(Declared))
            .Where(static m => !m.IsSpecialName && !IsAsync(m) && Places(m).Any(s_tellOfDisposal.Contains));

    public static async Task<PublicSurface> CreateAsync(CancellationToken cancellationToken)
    {
        FakeRavatarServer server = await FakeRavatarServer.StartAsync(cancellationToken: cancellationToken);
        RavatarClientFactory factory = new(new() { BaseAddress = server.BaseAddress });
        RavatarClient client = factory.Create("user-123");
        ChatChannel chat = await client.OpenChatAsync(cancellationToken: cancellationToken);
        LiveSession live = await chat.StartLiveAsync(cancellationToken: cancellationToken);
        MemoryStream wav = new();
        await wav.WriteAsync(new WavEncoder().ToRecording(isPushToTalk: false).Data, cancellationToken);
        wav.Position = 0;
        StreamAudioSource stream = new(new MemoryStream(new byte[100]), AudioFormat.Voice);
        return new PublicSurface(
            server,
            client,
            factory,
            chat,
            live,
            new VoiceRecorder(new CallbackAudioSource(AudioFormat.Voice), null, TimeProvider.System),
            client.CreateVoiceConversation(chat, new CallbackAudioSource(AudioFormat.Voice)),
            new CallbackAudioSource(AudioFormat.Voice),
            stream,
            new PcmFrameReader(stream),
            await WavAudioSource.OpenAsync(wav, cancellationToken: cancellationToken),
            new WavEncoder().ToRecording(isPushToTalk: false),
            server,
            server.Chat,
            server.Live,
            server.Received,
            await server.Received.WaitForSocketAsync(cancellationToken: cancellationToken)
        );
    }

    /// <summary>The method's name with its parameters' types, as <c>ChatChannel.AskAsync(String)</c>; tokens are left out.</summary>
    public static string NameOf(MethodInfo method) =>
        $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(static p => p.ParameterType).Where(static t => t != typeof(CancellationToken)).Select(static t => t.Name.Split('`')[0]))})";

    /// <summary>Calls it with whatever arguments are good, and waits for it, or for the first item.</summary>
    public async Task CallAsync(MethodInfo method, CancellationToken cancellationToken) =>
        await (Task)WaitMethod(method.ReturnType).Invoke(null, [Call(method, cancellationToken)])!;

    /// <summary>Calls it with whatever arguments are good.</summary>
    public object? Call(MethodInfo method, CancellationToken cancellationToken)
    {
        object?[] arguments = [.. method.GetParameters().Select(p => ArgumentFor(p, cancellationToken))];
        return method.Invoke(
            method.IsStatic ? null : _subjects[method.DeclaringType!],
            BindingFlags.DoNotWrapExceptions,
            binder: null,
            arguments,
            culture: null
        );
    }

    /// <summary>What the server has had so far.</summary>
    public (int Requests, int Messages, int Sockets) Received =>
        (Server.Received.Requests.Count, Server.Received.Messages.Count, Server.Received.Sockets.Count);

    /// <summary>Disposes them all, from the outermost inwards.</summary>
    public async Task DisposeSubjectsAsync()
    {
        foreach (object subject in _subjects.Values.Where(s => s != Server))
        {
            if (subject is IAsyncDisposable slow)
            {
                await slow.DisposeAsync();
            }
            else
            {
                (subject as IDisposable)?.Dispose();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DisposeSubjectsAsync();
        await Server.DisposeAsync();
    }

    private static bool IsDisposable(Type type) =>
        type.IsAssignableTo(typeof(IAsyncDisposable)) || type.IsAssignableTo(typeof(IDisposable));

    private static bool IsAsync(MethodInfo method) =>
        !method.IsSpecialName && IsAsync(method.ReturnType) && method.Name != nameof(IAsyncDisposable.DisposeAsync);

    /// <summary>Where it may be documented: itself, and in the interfaces it comes from.</summary>
    private static IEnumerable<string> Places(MethodInfo method) =>
        method.DeclaringType!.GetInterfaces().Prepend(method.DeclaringType).Select(t => $"M:{t.FullName}.{method.Name}");

    private static HashSet<string> ReadDocumentation() =>
        [
            .. from assembly in s_assemblies
            from member in XDocument.Load(Path.ChangeExtension(assembly.Location, "xml")).Descendants("member")
            where member.Elements("exception").Any(static e => e.Attribute("cref")!.Value == "T:System.ObjectDisposedException")
            select member.Attribute("name")!.Value.Split('(')[0],
        ];

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
            : parameter.Name == "path" ? Path.Combine(Path.GetTempPath(), "no-such-folder", "no-such-file")
            : type == typeof(string) ? "something"
            : parameter.Name == "count" ? 1
            : type == typeof(TimeSpan) ? TimeSpan.FromSeconds(5)
            : type == typeof(VoiceClip) ? new WavEncoder().ToRecording(isPushToTalk: false)
            : type == typeof(ReadOnlyMemory<byte>) ? new ReadOnlyMemory<byte>(new byte[8192])
            : type == typeof(Memory<byte>) ? new Memory<byte>(new byte[8192])
            : type == typeof(Stream) ? new MemoryStream(new byte[100])
            : type == typeof(VoiceMode) ? VoiceMode.Record
            : type == typeof(Func<FakeJournal, bool>) ? static (FakeJournal _) => false
            : type == typeof(Func<ReceivedMessage, bool>) ? static (ReceivedMessage _) => false
            : type == typeof(FakeLiveSession) ? Server.Live.All[0]
            : type == typeof(FakeStreamError) ? FakeStreamError.Timeout
            : type == typeof(LiveSession) || type == typeof(ChatChannel) ? _subjects[type]
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
