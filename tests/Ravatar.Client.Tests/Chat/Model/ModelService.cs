using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ravatar.Client.Tests;

/// <summary>
/// The service as a model in memory: sockets, history and tokens on a manual clock, with faults on a plan. It has its own wire names, so that a
/// mistake of the codec cannot hide. Counts what happens (<see cref="Activity"/>), so that a pump knows when to move the clock.
/// </summary>
internal sealed class ModelService(ManualTimeProvider time, ModelPlan plan) : IChatSocketConnector
{
    private readonly object _gate = new();
    private readonly List<Row> _rows = [];
    private readonly List<ModelSocket> _sockets = [];
    private long _activity;
    private int _tokenNumber = 1;
    private bool _tokenRevoked;
    private string? _hidden;
    private int _connects;
    private int _writes;

    public ManualTimeProvider Time => time;

    public ModelPlan Plan => plan;

    public long Activity => Interlocked.Read(ref _activity);

    /// <summary>What the server took in, in order.</summary>
    public List<string> Received { get; } = [];

    /// <summary>The frames of live audio that arrived, in order.</summary>
    public List<byte[]> Audio { get; } = [];

    public int TokensIssued { get; private set; } = 1;

    public int Connects => Volatile.Read(ref _connects);

    public int HistoryReads { get; private set; }

    public bool CanWaitWithoutBuffer => plan.WaitWithoutBuffer;

    public bool TellsUpgradeStatus => plan.TellsUpgradeStatus;

    public bool DetectsSilentDeath => plan.PlatformPings;

    /// <summary>How often in a row the clock was moved and nothing came of it; the pump's.</summary>
    public int IdleSteps { get; set; }

    /// <summary>What <see cref="Activity"/> was when the clock was moved last; the pump's.</summary>
    public long ActivityAtStep { get; set; }

    /// <summary>A task that never completes.</summary>
    public Task Never { get; } = new TaskCompletionSource().Task;

    /// <summary>The socket that was made last.</summary>
    public ModelSocket Newest
    {
        get
        {
            lock (_gate)
            {
                return _sockets[^1];
            }
        }
    }

    /// <summary>The number of the next write to any socket, from 1.</summary>
    public int NextWriteNumber() => Interlocked.Increment(ref _writes);

    public void Touch() => Interlocked.Increment(ref _activity);

    public void RevokeToken()
    {
        lock (_gate)
        {
            _tokenRevoked = true;
        }
    }

    public ChatEnvironment Environment(Func<double>? random = null, Func<CancellationToken, Task>? probe = null, ILogger? logger = null) =>
        new()
        {
            Address = token => new Uri($"wss://model/ws/chat?token={token}"),
            GetTokenAsync = _ =>
                plan.OnToken is { } failure ? Task.FromException<string>(failure) : Task.FromResult($"token-{_tokenNumber}"),
            RefreshTokenAsync = RefreshAsync,
            ReadHistoryAsync = ReadHistoryAsync,
            ProbeAsync = probe ?? (_ => Task.CompletedTask),
            Connector = this,
            Time = time,
            Logger = logger ?? NullLogger.Instance,
            Payloads = NullLogger.Instance,
            NextRandom = random ?? (() => 0.5),
        };

    public async Task<IChatSocket> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Touch();
        int number = Interlocked.Increment(ref _connects);
        if (plan.OnConnect?.Invoke(number) is { } status)
        {
            throw new RavatarConnectionException($"The model refused with {status}.") { UpgradeStatus = status == 0 ? null : status };
        }
        lock (_gate)
        {
            if (_tokenRevoked || !address.Query.EndsWith($"token-{_tokenNumber}", StringComparison.Ordinal))
            {
                if (!plan.RefuseTokensByClosing)
                {
                    throw new RavatarConnectionException("The model refused the token.") { UpgradeStatus = 403 };
                }
                ModelSocket refused = new(this, number);
                refused.ServerClose(4401, "token expired");
                return refused;
            }
            ModelSocket socket = new(this, number);
            _sockets.Add(socket);
            if (plan.Greets)
            {
                socket.Push("""{"type":"connection","content":"welcome"}"""u8.ToArray());
            }
            return socket;
        }
    }

    /// <summary>A message has arrived whole: it is recorded, and answered to the socket it came by.</summary>
    public void TakeIn(ModelSocket from, JsonElement message)
    {
        if (message.TryGetProperty("audio_base64_pcm", out JsonElement pcm))
        {
            lock (_gate)
            {
                Audio.Add(pcm.GetBytesFromBase64());
            }
            return;
        }
        bool voice = message.GetProperty("chat_type").GetString() == "voice";
        string text = voice ? message.GetProperty("file_base64_data").GetString()! : message.GetProperty("request").GetString()!;
        int number;
        lock (_gate)
        {
            Received.Add(text);
            number = Received.Count - 1;
            string transcript = voice ? $"transcript {number}" : text;
            string? answer = plan.Answer(transcript, number);
            DateTimeOffset now = ServerNow();
            Record(new Row($"q{number}", "outgoing", transcript, null, plan.AvatarId, now, voice ? "voice" : "text"), plan.HistoryLag);
            if (answer is null)
            {
                return;
            }
            Row row = new($"a{number}", "incoming", transcript, answer, plan.AvatarId, now.AddMilliseconds(400), voice ? "voice" : "text");
            Record(row, plan.HistoryLag);
            Deliver(from, row);
        }
    }

    /// <summary>This text's own row never shows in history.</summary>
    public void HideRow(string text) => _hidden = text;

    /// <summary>Somebody else of the same user talks: rows that are not ours.</summary>
    public void OtherDevice(string text, string avatar)
    {
        lock (_gate)
        {
            DateTimeOffset now = ServerNow();
            Record(new Row($"oq{_rows.Count}", "outgoing", text, null, avatar, now, "text"), TimeSpan.Zero);
            Record(new Row($"oa{_rows.Count}", "incoming", text, "for the other: " + text, avatar, now, "text"), TimeSpan.Zero);
        }
    }

    private void Deliver(ModelSocket to, Row row)
    {
        Dictionary<string, object> answer = new()
        {
            ["type"] = "incoming",
            ["answer"] = row.Answer!,
            ["request"] = row.Request,
            ["avatar_id"] = row.Avatar,
            ["chat_type"] = row.ChatType,
            ["date"] = row.Date.ToUnixTimeMilliseconds(),
        };
        if (plan.SocketIds)
        {
            answer["_id"] = row.Id;
        }
        byte[] frame = JsonSerializer.SerializeToUtf8Bytes(answer);
        TimeSpan delay = plan.AnswerDelay();
        if (delay == TimeSpan.Zero)
        {
            to.Push(frame);
            return;
        }
        ITimer? timer = null;
        timer = time.CreateTimer(
            _ =>
            {
                // Answers go where the user is now, if the plan says so; otherwise to a socket that may be dead.
                ModelSocket target = plan.AnswersFollowUser && to.IsDead ? Newest : to;
                target.Push(frame);
                timer?.Dispose();
            },
            null,
            delay,
            Timeout.InfiniteTimeSpan
        );
    }

    private void Record(Row row, Func<TimeSpan> lag) => Record(row, lag());

    private void Record(Row row, TimeSpan lag)
    {
        // History lags, but never reorders: a row is visible no sooner than the one before it.
        TimeSpan visible = time.Elapsed + lag;
        TimeSpan before = _rows.Count == 0 ? TimeSpan.Zero : _rows[^1].VisibleAt;
        _rows.Add(row with { VisibleAt = visible > before ? visible : before });
    }

    private async Task<HistoryPage> ReadHistoryAsync(int page, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        Touch();
        if (plan.HistoryTakes > TimeSpan.Zero)
        {
            await Task.Delay(plan.HistoryTakes, time, cancellationToken);
            Touch();
        }
        if (plan.OnHistoryThrow is { } foreign)
        {
            throw foreign;
        }
        lock (_gate)
        {
            HistoryReads++;
            if (plan.OnHistory?.Invoke(HistoryReads) is { } failure)
            {
                throw failure;
            }
            int visible = _rows.Count;
            while (visible > 0 && _rows[visible - 1].VisibleAt > time.Elapsed)
            {
                visible--;
            }
            return plan.Page([.. VisibleWindow(visible, page)], page, visible);
        }
    }

    private IEnumerable<HistoryMessage> VisibleWindow(int visible, int page)
    {
        int size = ModelPlan.PageSize;
        int from = plan.NewestPageFirst ? Math.Max(0, visible - (page * size)) : (page - 1) * size;
        int to = plan.NewestPageFirst ? visible - ((page - 1) * size) : Math.Min(visible, page * size);
        for (int i = from; i < to; i++)
        {
            if (_rows[i].Direction != "outgoing" || _rows[i].Request != _hidden)
            {
                yield return _rows[i].ToMessage();
            }
        }
    }

    private async Task<bool> RefreshAsync(bool mustBeNew, CancellationToken cancellationToken)
    {
        await Task.Yield();
        lock (_gate)
        {
            _tokenNumber++;
            TokensIssued++;
            _tokenRevoked = false;
            return true;
        }
    }

    private DateTimeOffset ServerNow() => time.GetUtcNow() + plan.ServerClockSkew;

    private sealed record Row(
        string Id,
        string Direction,
        string Request,
        string? Answer,
        string Avatar,
        DateTimeOffset Date,
        string ChatType
    )
    {
        public TimeSpan VisibleAt { get; init; }

        public HistoryMessage ToMessage() =>
            new()
            {
                Id = Id,
                Direction = new MessageDirection(Direction),
                UserId = "user-1",
                Request = Request,
                Answer = Answer,
                AvatarId = Avatar,
                Date = Date,
                ChatType = new ChatType(ChatType),
            };
    }
}
