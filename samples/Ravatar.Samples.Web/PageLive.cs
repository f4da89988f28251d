using Ravatar.Client;

namespace Ravatar.Samples;

/// <summary>The live session of a page's chat: started and ended when the page says so, and ended when the page goes.</summary>
internal sealed class PageLive(ChatChannel channel, PageSocket page) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _starting;
    private volatile LiveSession? _session;
    private Task _watching = Task.CompletedTask;

    /// <summary>The session, while it runs.</summary>
    public LiveSession? Session => _session is { IsRunning: true } session ? session : null;

    /// <summary>Whether the session tells of this event as an error, so that it need not be shown twice.</summary>
    public bool Tells(ChatEvent received) => _session is not null && received.LiveError is not null;

    /// <summary>Starts a session; one that runs is shown again.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Session is not null)
        {
            Show();
            return;
        }
        page.Send(new LiveNote("starting"));
        using CancellationTokenSource starting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Offer(starting);
        try
        {
            _session = await channel.StartLiveAsync(cancellationToken: starting.Token);
        }
        catch (OperationCanceledException)
        {
            page.Send(new LiveNote("ended"));
            return;
        }
        catch
        {
            page.Send(new LiveNote("ended"));
            throw;
        }
        finally
        {
            Offer(null);
        }
        _watching = WatchAsync(_session);
        Show();
    }

    /// <summary>Shows the stream, with the token of now.</summary>
    public void Show()
    {
        if (Session is { } session)
        {
            page.Send(new LiveNote("running", session.PageUri));
        }
    }

    /// <summary>Takes back a start that is under way.</summary>
    public void GiveUp()
    {
        lock (_gate)
        {
            _starting?.Cancel();
        }
    }

    /// <summary>Ends the session, here and on the server.</summary>
    public async Task EndAsync()
    {
        if (Session is { } session)
        {
            page.Send(new LiveNote("ended"));
            await session.EndAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        GiveUp();
        await EndAsync();
        await _watching;
    }

    private void Offer(CancellationTokenSource? starting)
    {
        lock (_gate)
        {
            _starting = starting;
        }
    }

    /// <summary>Tells the page what the stream reports, and how the session ends. Never throws, as neither of them does.</summary>
    private async Task WatchAsync(LiveSession session)
    {
        bool told = false;
        await foreach (RavatarLiveException error in session.ReadErrorsAsync(CancellationToken.None))
        {
            if (error.Reason != LiveError.Timeout)
            {
                told = true;
                page.Send(new LiveNote("ended"));
            }
            page.Send(ErrorText.For(error, error.Reason == LiveError.Timeout ? "reload" : "restart"));
        }
        LiveEnd end = await session.Ended;
        if (!told && end.Reason != LiveEndReason.EndedByClient)
        {
            page.Send(new LiveNote("ended"));
            page.Send(ErrorText.LiveLost);
        }
        if (!end.EndedOnServer)
        {
            page.Send(new AsideNote("The service could not be told that the live session has ended: it may still count as running there."));
        }
    }
}
