using System.Globalization;

namespace Ravatar.Client.Testing;

/// <summary>What happens to a message: read, checked, recorded, put into the journal, answered; or lost on the way, where a test wants it.</summary>
internal sealed class MessageHandler(FakeRavatarServer server, FakeChat chat)
{
    private readonly MessageChecker _checker = new(server);

    /// <summary>The test's own answers; nothing for the usual ones.</summary>
    public Func<ReceivedMessage, IEnumerable<FakeAnswer>>? Answers { get; set; }

    public void Receive(FakeSocket socket, int number, byte[] raw, bool isText, FakeDrop? planned)
    {
        var message = new ReceivedMessage(socket, server.Clock.Now, number, raw);
        var audio = _checker.Read(message, raw, isText);
        message.Transcript = message.Kind == FakeMessageKind.Voice ? Transcript(message, audio) : message.Request;
        var drop = planned ?? Guarded(() => chat.Drops.Judge(message), null);
        if (drop is null or { Point: FakeDropPoint.AfterRecording or FakeDropPoint.WhileAnswering or FakeDropPoint.AfterAnswer })
        {
            Record(message, audio);
        }

        server.Received.Add(message);
        if (drop is { Point: <= FakeDropPoint.AfterRecording })
        {
            socket.Pump.End(drop);
        }

        if (message.Recorded && message.Kind is FakeMessageKind.Text or FakeMessageKind.Voice)
        {
            Answer(message, drop);
        }
        else if (drop is { Point: > FakeDropPoint.AfterRecording })
        {
            socket.Pump.EndAfterFrames(drop);
        }
    }

    private void Record(ReceivedMessage message, byte[]? audio)
    {
        switch (message.Kind)
        {
            case FakeMessageKind.Pcm:
                message.Recorded = audio is not null && server.Live.Receive(message.LicenseId, audio);
                break;
            case FakeMessageKind.Text or FakeMessageKind.Voice when User(message) is { } user:
                server.History.Append(
                    new FakeHistoryRow
                    {
                        UserId = user,
                        Request = message.Transcript,
                        AvatarId = message.AvatarId,
                        ChatType = message.ChatType,
                        LanguageCode = message.Language,
                    }
                );
                message.Recorded = true;
                break;
            default:
                break;
        }
    }

    private void Answer(ReceivedMessage message, FakeDrop? drop)
    {
        var answers = Guarded(() => Answers?.Invoke(message).ToList(), []) ?? [Usual(message)];
        if (answers.Count == 0 && drop is { Point: > FakeDropPoint.AfterRecording })
        {
            message.Socket.Pump.EndAfterFrames(drop);
        }

        for (var i = 0; i < answers.Count; i++)
        {
            var answer = answers[i];
            var cut = drop is { Point: FakeDropPoint.WhileAnswering } && i == 0 ? drop : null;
            var end = drop is { Point: FakeDropPoint.AfterAnswer } && i == answers.Count - 1 ? drop : null;
            server.Scheduler.Schedule(answer.Delay ?? chat.AnswerDelay, () => Deliver(message, answer, cut, end));
        }
    }

    private void Deliver(ReceivedMessage message, FakeAnswer answer, FakeDrop? cut, FakeDrop? end)
    {
        var row = Row(message, answer);
        row = answer.Recorded ? server.History.Append(row) : row with { Date = server.Clock.Stated.ToUnixTimeMilliseconds() };
        var socket = message.Socket.IsOpen || !chat.AnswersFollowUser ? message.Socket : chat.Newest(message.Socket.UserId);
        if (answer.Sent && socket is not null)
        {
            var json = AnswerWriter.Write(answer, row, chat);
            if (cut is not null)
            {
                _ = socket.Pump.CutAsync(json, cut).ContinueWith(static done => done.Exception, TaskScheduler.Default);
            }
            else
            {
                socket.Pump.Frames.EnqueueText(json);
            }
        }

        if (end is not null)
        {
            message.Socket.Pump.EndAfterFrames(end);
        }

        server.Received.Changed();
    }

    private FakeHistoryRow Row(ReceivedMessage message, FakeAnswer answer)
    {
        var id = answer.Id ?? server.History.NextId();
        var file = answer.FileUrl ?? (chat.AnswersHaveFiles && message.IsLive != true ? "{base}media/" + id + ".wav" : "");
        var avatar = NullIfEmpty(answer.AvatarId ?? message.AvatarId ?? "");
        return new FakeHistoryRow
        {
            Id = id,
            Direction = "incoming",
            UserId = User(message),
            Request = answer.Request ?? message.Transcript,
            Answer = answer.Text,
            AvatarId = avatar,
            AvatarName = server.Configuration.Avatar(avatar)?.Name,
            ChatType = NullIfEmpty(answer.ChatType ?? message.ChatType ?? ""),
            LanguageCode = message.Language,
            FileUrl = NullIfEmpty(file.Replace("{base}", server.BaseAddress.AbsoluteUri, StringComparison.Ordinal)),
        };
    }

    private static FakeAnswer Usual(ReceivedMessage message) =>
        message.Kind == FakeMessageKind.Voice
            ? new FakeAnswer($">{message.Transcript}\n\nI heard {message.Transcript}. How can I help?")
            : new FakeAnswer($"You said: {message.Request}");

    private string Transcript(ReceivedMessage message, byte[]? audio) =>
        Guarded(() => chat.Transcribe?.Invoke(message), null)
        ?? string.Create(CultureInfo.InvariantCulture, $"a voice message of {VoiceFile.Duration(audio ?? []).TotalSeconds:0.0} s");

    private static string? User(ReceivedMessage message) => message.Socket.UserId ?? message.UserId;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    /// <summary>A test's function that throws must not look like a lost connection: it is listed where the test will look.</summary>
    private T Guarded<T>(Func<T> function, T fallback)
    {
        try
        {
            return function();
        }
        catch (Exception e)
        {
            server.Received.Violate($"the test's own function threw {e.GetType().Name}: {e.Message}");
            return fallback;
        }
    }
}
