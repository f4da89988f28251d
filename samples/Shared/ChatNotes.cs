using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>What a chat does, told to the console: the answers that were asked for, and beside them whatever else comes.</summary>
internal sealed class ChatNotes(ChatChannel chat, Avatar? avatar, SampleConsole console)
{
    private const int MostArrived = 100;
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<ChatAnswer> _arrived = []; // while a question waits: one of them is its answer, and may be told soon
    private readonly HashSet<ChatAnswer> _told = new(ReferenceEqualityComparer.Instance); // ahead of their arrival here
    private TaskCompletionSource? _caughtUp;
    private bool _asks;

    /// <summary>Tells it as long as the conversation goes on; all answers too, where the conversation waits for none.</summary>
    public async Task TellWhileAsync(
        Func<CancellationToken, Task> conversation,
        CancellationToken cancellationToken,
        bool allAnswers = false
    )
    {
        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task events = TellEventsAsync(allAnswers, reading.Token);
        Task aside = Task.WhenAll(events, TellStatesAsync(reading.Token));
        try
        {
            await conversation(cancellationToken);
            await CatchUpAsync(events, cancellationToken);
        }
        finally
        {
            await reading.CancelAsync();
            await aside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks, once or several times: what arrives meanwhile, and was not asked for, is told with the next answer, or at the end, when it is clear that it was not.</summary>
    public async Task WhileAskingAsync(Func<Task> ask)
    {
        lock (_gate)
        {
            _asks = true;
        }
        try
        {
            await ask();
        }
        finally
        {
            lock (_gate)
            {
                _asks = false;
                TellArrived(_arrived.Count);
            }
        }
    }

    /// <summary>Tells the answer to a question. Questions are answered in order: what arrived ahead of it was not asked for.</summary>
    public void Answer(ChatAnswer answer)
    {
        lock (_gate)
        {
            int ahead = _arrived.FindIndex(a => ReferenceEquals(a, answer));
            if (ahead < 0)
            {
                _told.Add(answer);
            }
            else
            {
                TellArrived(ahead);
                _arrived.RemoveAt(0);
            }
            console.Answer(avatar?.Name, answer);
        }
    }

    private void Tell(ChatAnswer unasked) =>
        console.Note(
            unasked.IsFollowUp
                ? $"{avatar?.Name} adds: {unasked.Text} {unasked.FileUrl}"
                : $"{avatar?.Name ?? "avatar"} says unasked: {SampleConsole.TextOf(unasked)}"
        );

    // Under the gate: the oldest of what has arrived, which is no answer to any question.
    private void TellArrived(int count)
    {
        _arrived.GetRange(0, count).ForEach(Tell);
        _arrived.RemoveRange(0, count);
    }

    private void Arrive(ChatAnswer answer)
    {
        lock (_gate)
        {
            if (_told.Remove(answer))
            {
                TellArrived(_arrived.Count);
                NoteWhetherCaughtUp();
                return;
            }
            if (_asks && !answer.IsFollowUp)
            {
                TellArrived(Math.Max(0, _arrived.Count + 1 - MostArrived));
                _arrived.Add(answer);
            }
            else
            {
                Tell(answer);
            }
        }
    }

    /// <summary>Events come in order: where all answers that were told have arrived here too, so has whatever came before them.</summary>
    private async Task CatchUpAsync(Task events, CancellationToken cancellationToken)
    {
        Task caughtUp;
        lock (_gate)
        {
            _caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            NoteWhetherCaughtUp();
            caughtUp = _caughtUp.Task;
        }
        try
        {
            await Task.WhenAny(caughtUp, events).WaitAsync(LongestCatchUp, cancellationToken);
        }
        catch (TimeoutException)
        {
            // One that was dropped on its way, as others came too fast, never arrives.
        }
    }

    // Under the gate.
    private void NoteWhetherCaughtUp()
    {
        if (_told.Count == 0)
        {
            _caughtUp?.TrySetResult();
        }
    }

    private void Miss(EventsMissed missed)
    {
        console.Note($"{missed.Count} messages are not shown: they came faster than they could be told.");
        lock (_gate)
        {
            _told.Clear(); // some of them will not arrive any more
            NoteWhetherCaughtUp();
        }
    }

    /// <summary>What arrives beside the answers that were asked for.</summary>
    private async Task TellEventsAsync(bool allAnswers, CancellationToken cancellationToken)
    {
        await foreach (ChatEvent e in chat.ReadAllAsync(cancellationToken))
        {
            switch (e)
            {
                case SystemEvent { Text.Length: > 0 } system:
                    console.Note($"service: {system.Text}");
                    break;
                case ServerEvent { Text.Length: > 0 } happened:
                    console.Note($"event: {happened.Text}");
                    break;
                case ChatAnswer answer when allAnswers:
                    console.Answer(avatar?.Name, answer);
                    break;
                case ChatAnswer answer:
                    Arrive(answer);
                    break;
                case UnknownEvent unknown:
                    console.Note($"a message that was not understood: {unknown.Problem}");
                    break;
                case HistoryUnavailable:
                    console.Note("The history could not be read: a message under way may have been lost or sent twice.");
                    break;
                case EventsMissed missed:
                    Miss(missed);
                    break;
            }
        }
    }

    private async Task TellStatesAsync(CancellationToken cancellationToken)
    {
        await foreach (ChatStateChange change in chat.WatchStateAsync(cancellationToken))
        {
            if (change.State == ChatState.Reconnecting)
            {
                console.Note($"Connection lost ({change.Reason}); attempt {change.Attempt} follows in {change.Delay.TotalSeconds:F1} s.");
            }
        }
    }
}
