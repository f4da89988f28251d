namespace Ravatar.Client;

/// <content>Live sessions.</content>
public sealed partial class RavatarClient
{
    private LiveSessions? _live;

    /// <summary>Checks what can be checked before anything is sent, and starts a session on a channel.</summary>
    private async Task<LiveSession> StartLiveAsync(ChatChannel channel, LiveOptions? options, CancellationToken cancellationToken)
    {
        options ??= new LiveOptions();
        options.Check(nameof(options));
        CheckNotDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        CheckLiveMode(channel.AvatarId);
        return await GetLive().StartAsync(channel.LiveChannel, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An avatar that the configuration does not list is the server's to judge.</summary>
    private void CheckLiveMode(string avatarId)
    {
        if (_configuration?.Avatars.FirstOrDefault(a => a.Id == avatarId) is { HasLiveMode: false } avatar)
        {
            string[] able = [.. _configuration.Avatars.Where(a => a.HasLiveMode).Select(a => a.Id).Take(20)];
            throw new InvalidOperationException(
                $"The avatar \"{avatar.Id}\" has no Live Mode (hasLiveMode is false). "
                    + (able.Length == 0 ? "No avatar of this configuration has." : $"These have: {string.Join(", ", able)}.")
            );
        }
    }

    /// <summary>In the background: a chat does not wait for what an earlier run forgot.</summary>
    private void EndLeftBehind()
    {
        if (_options.Live.JournalFolder is not null)
        {
            Detached.Observe(GetLive().EndLeftBehindAsync());
        }
    }

    private Task DisposeLiveAsync()
    {
        LiveSessions? live;
        lock (_channelsGate)
        {
            live = _live;
        }
        return live?.DisposeAsync() ?? Task.CompletedTask;
    }

    private LiveSessions GetLive()
    {
        lock (_channelsGate)
        {
            Guard.NotDisposed(Volatile.Read(ref _disposed) != 0, this);
            return _live ??= new LiveSessions(
                new LiveEnvironment
                {
                    StartAsync = StartOnServerAsync,
                    EndAsync = (license, token) => CreateApi().EndLiveAsync(license, token),
                    EndLeftBehindAsync = EndLeftBehindAsync,
                    NewestToken = () => _tokens.Newest?.Value,
                    Owner = new JournalOwner(_options.UserId, _options.ProjectId, _options.BaseAddress),
                    Options = _options.Live,
                    Time = _time,
                    Logger = QuietLogger.For(_loggers, LiveLog.Category),
                    AllowInsecure = _options.AllowInsecureTransport,
                    Invalid = RavatarApi.InvalidStart,
                }
            );
        }
    }

    private async Task<LiveStart> StartOnServerAsync(string avatarId, LiveOptions options, CancellationToken cancellationToken)
    {
        LiveAnswer answer = await CreateApi()
            .StartLiveAsync(avatarId, options.Width, options.Height, cancellationToken)
            .ConfigureAwait(false);
        return new LiveStart(answer.LicenseId!, answer.Url);
    }

    /// <summary>Another user's session needs that user's token.</summary>
    private async Task EndLeftBehindAsync(JournalEntry entry, CancellationToken cancellationToken)
    {
        JournalOwner owner = entry.Owner;
        if (owner.UserId == _options.UserId && owner.ProjectId == _options.ProjectId)
        {
            await CreateApi().EndLiveAsync(entry.LicenseId, cancellationToken).ConfigureAwait(false);
            return;
        }
        TokenSource tokens = new(
            (cause, token) => CreateApi().IssueTokenAsync(owner.UserId, owner.ProjectId, cause, token),
            _time,
            QuietLogger.For(_loggers, Log.AuthenticationCategory),
            _stores?.For(owner.UserId, owner.ProjectId),
            _flights,
            (owner.UserId, owner.ProjectId)
        );
        await using (tokens.ConfigureAwait(false))
        {
            RavatarApi api = new(_httpClients(), _apiSettings, request => TokenHandler.Sign(request, tokens));
            await api.EndLiveAsync(entry.LicenseId, cancellationToken).ConfigureAwait(false);
        }
    }
}
