using Microsoft.Extensions.Logging.Abstractions;

namespace Ravatar.Client.Tests;

/// <summary>A conversation with its first connection standing, and everything around it in sight.</summary>
internal sealed class Books
{
    private readonly ChannelCounters _counters = new();
    private readonly Room _room;
    private int _epoch;

    public Books(bool suspectSilence = false, int heldEvents = 100, long heldBytes = 1_000_000, int room = 1000, long roomBytes = 1_000_000)
    {
        _room = new Room(room, roomBytes) { Left = () => Left++ };
        ConversationSettings settings = new("user-1", "avatar-1", suspectSilence, heldEvents, heldBytes);
        Conversation = new Conversation(settings, Readers, _room, _counters, Live, Time)
        {
            HistoryWanted = () => HistoryWanted++,
            SilenceSuspected = Suspected.Add,
        };
        Lose();
        Conversation.Resume();
    }

    public ManualTimeProvider Time { get; } = new();

    public Broadcast<ChatEvent> Readers { get; } =
        new(10_000, 10_000_000, static e => e.Weight, static missed => new EventsMissed(missed), keepForFirst: true);

    public LiveMode Live { get; } = new();

    public Conversation Conversation { get; }

    /// <summary>How many messages have given up their room.</summary>
    public int Left { get; private set; }

    public int HistoryWanted { get; private set; }

    public List<int> Suspected { get; } = [];

    public ChatStatistics Counted => _counters.Read(0);

    /// <summary>An outbox for this conversation; from now on it is told of room, and <see cref="Left"/> is not counted.</summary>
    public Outbox NewOutbox() => new(Conversation, _room, _counters);

    /// <summary>What asks history for this conversation, and what it asks through.</summary>
    public (Reconciler Reconciler, ChannelHistory History) NewReconciler(
        ChatChannelOptions options,
        Func<int, CancellationToken, Task<HistoryPage>> readHistory
    )
    {
        ChatEnvironment environment = new()
        {
            Address = static _ => throw new NotSupportedException(),
            GetTokenAsync = static _ => throw new NotSupportedException(),
            RefreshTokenAsync = static (_, _) => throw new NotSupportedException(),
            ReadHistoryAsync = readHistory,
            ProbeAsync = static _ => throw new NotSupportedException(),
            Connector = new ClientWebSocketConnector(null),
            Time = Time,
            Logger = NullLogger.Instance,
            Payloads = NullLogger.Instance,
            NextRandom = static () => 0.5,
        };
        ChannelHistory history = new(environment, options);
        return (new Reconciler(environment, options, history, Conversation, Readers, _counters), history);
    }

    /// <summary>The next connection stands in the place of the last one. Returns whether anything is to be recovered.</summary>
    public bool Lose()
    {
        Conversation.Pause();
        return Conversation.BeginEpoch(++_epoch);
    }

    /// <summary>A message that waits to be written; without text, a spoken one.</summary>
    public OutgoingMessage Message(string? text, bool asks = true, int seconds = 30, string? license = null) =>
        new(new byte[10], text, asks, TimeSpan.FromSeconds(seconds)) { IsAdmitted = _room.TryEnter(10), LicenseId = license };

    /// <summary>One that is being written on the present connection.</summary>
    public OutgoingMessage Begin(string? text, bool asks = true)
    {
        OutgoingMessage message = Message(text, asks);
        Xunit.Assert.True(Conversation.TryBeginWrite(message, _epoch));
        return message;
    }

    /// <summary>One that is written.</summary>
    public OutgoingMessage Write(string? text, bool asks = true, int seconds = 30) => WriteOut(Message(text, asks, seconds));

    public OutgoingMessage WriteOut(OutgoingMessage message)
    {
        Xunit.Assert.True(Conversation.TryBeginWrite(message, _epoch));
        Conversation.Wrote(message);
        return message;
    }

    public void Receive(ChatEvent received) => Conversation.Receive(received, _epoch);

    public void Receive(string? request, string answer, string? id = null) =>
        Receive(
            new ChatAnswer
            {
                Request = request,
                FullText = answer,
                Id = id,
            }
        );

    /// <summary>All that readers have been given; ends the reading.</summary>
    public async Task<List<ChatEvent>> ReadAsync()
    {
        Readers.Complete();
        List<ChatEvent> read = [];
        await foreach (ChatEvent e in Readers.Subscribe())
        {
            read.Add(e);
        }
        return read;
    }

    /// <summary>The texts of the answers among them.</summary>
    public async Task<List<string>> ReadAnswersAsync() => [.. (await ReadAsync()).OfType<ChatAnswer>().Select(a => a.FullText)];

    /// <summary>History's row of a message of ours; without text, a spoken one.</summary>
    public static HistoryMessage Row(string? text, string? user = "user-1", string? avatar = "avatar-1", string id = "") =>
        new()
        {
            Id = id,
            Direction = MessageDirection.Outgoing,
            UserId = user,
            AvatarId = avatar,
            Request = text ?? "what was heard",
            ChatType = text is null ? ChatType.Voice : ChatType.Text,
        };

    /// <summary>History's row of an answer.</summary>
    public static HistoryMessage AnswerRow(string? request, string answer, string id = "", ChatType? type = null) =>
        new()
        {
            Id = id,
            Direction = MessageDirection.Incoming,
            UserId = "user-1",
            AvatarId = "avatar-1",
            Request = request,
            Answer = answer,
            ChatType = type ?? ChatType.Text,
        };
}
