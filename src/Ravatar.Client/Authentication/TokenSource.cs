using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Ravatar.Client;

/// <summary>
/// The one owner of a client's token. Any number of callers share one issuance (a "flight"), which runs on this object's own
/// lifetime: a caller who gives up leaves it to the others. A failed flight fails those who wait for it and is not remembered.
/// Sources of the same user may share their flights in turn.
/// </summary>
internal sealed class TokenSource : IAsyncDisposable
{
    /// <summary>How long a refresh ahead of time rests after it failed, while the present token still works.</summary>
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan DisposalLimit = TimeSpan.FromSeconds(5);

    private readonly Func<ActivityContext, CancellationToken, Task<string>> _issue;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITokenStore? _store;
    private readonly TokenFlights _flights;
    private readonly (string User, string? Project) _place;
    private readonly double _share;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly object _gate = new();

    // Written under the gate; read without it on the fast path.
    private volatile Held? _held;
    private volatile AccessToken? _newest;
    private Task<AccessToken>? _flight;
    private bool _disposed;

    /// <param name="issue">Asks the server for a token; the only thing here that reaches the network. It is told whose call it serves first, for its trace.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where issuance and its failures are told.</param>
    /// <param name="store">Where the token lies for others as well; null for nowhere.</param>
    /// <param name="flights">Whose flights are shared; null for nobody's.</param>
    /// <param name="place">The user and the project: sources with the same one share a flight.</param>
    /// <param name="share">From 0 to 1, another one for each source, so that not all of them replace the token at the same time.</param>
    public TokenSource(
        Func<ActivityContext, CancellationToken, Task<string>> issue,
        TimeProvider time,
        ILogger logger,
        ITokenStore? store = null,
        TokenFlights? flights = null,
        (string User, string? Project) place = default,
        double share = 0
    )
    {
        _store = store;
        _flights = flights ?? new TokenFlights(time);
        _place = (place.User ?? "", place.Project);
        _share = share;
        _issue = issue;
        _time = time;
        _logger = logger;
    }

    /// <summary>The token that was issued last, be it still good or not; null before the first.</summary>
    public AccessToken? Newest => _newest;

    /// <summary>The present token, or a new one where there is none or the present one is due.</summary>
    public ValueTask<AccessToken> GetAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_held is { } held && !held.IsDue(_time.GetTimestamp()))
        {
            return new ValueTask<AccessToken>(held.Token);
        }
        return new ValueTask<AccessToken>(JoinAsync(refused: null, mayShare: true, cancellationToken));
    }

    /// <summary>
    /// A token other than <paramref name="refused"/>. Where that one has been replaced in the meantime, its successor serves without asking the server again.
    /// </summary>
    public Task<AccessToken> RefreshAsync(AccessToken refused, CancellationToken cancellationToken) =>
        RefreshAsync(refused, mayShare: true, cancellationToken);

    /// <inheritdoc cref="RefreshAsync(AccessToken, CancellationToken)"/>
    /// <param name="refused">The token that was refused.</param>
    /// <param name="mayShare">Whether a token that others left will do; false where one of those has just been refused as well.</param>
    /// <param name="cancellationToken">Ends this wait.</param>
    public Task<AccessToken> RefreshAsync(AccessToken refused, bool mayShare, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return JoinAsync(refused, mayShare, cancellationToken);
    }

    /// <summary>Ends a flight that is under way. Afterwards callers get <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        Task<AccessToken>? flight;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }
            _disposed = true;
            _held = null;
            flight = _flight;
        }
        await Clock.CancelAsync(_lifetime).ConfigureAwait(false);
        if (flight is not null)
        {
            // Its outcome belongs to those who wait for it; here only its end matters, within limits.
            using CancellationTokenSource limit = Clock.CancelAfter(_time, DisposalLimit);
            await Task.WhenAny(flight, Task.Delay(Timeout.InfiniteTimeSpan, limit.Token)).ConfigureAwait(false);
            limit.Cancel();
        }
        _lifetime.Dispose();
    }

    private async Task<AccessToken> JoinAsync(AccessToken? refused, bool mayShare, CancellationToken cancellationToken)
    {
        while (true)
        {
            AccessToken token = await JoinOnceAsync(refused, mayShare, cancellationToken).ConfigureAwait(false);
            // Who started the flight may have been content with what we know to be no good, or have no use for.
            if (IsWanted(token, refused, mayShare))
            {
                return token;
            }
            refused = token;
        }
    }

    private Task<AccessToken> JoinOnceAsync(AccessToken? refused, bool mayShare, CancellationToken cancellationToken)
    {
        Task<AccessToken> flight;
        bool forgotten = false;
        lock (_gate)
        {
            if (_disposed)
            {
                throw new ObjectDisposedException("RavatarClient"); // what the caller holds
            }
            if (_held is { } held)
            {
                if (refused is null ? !held.IsDue(_time.GetTimestamp()) : held.Token != refused)
                {
                    return Task.FromResult(held.Token);
                }
                if (refused is not null)
                {
                    // Forgotten at once, so that a refresh ahead of time which fails cannot bring it back.
                    _held = null;
                    forgotten = true;
                }
            }
            flight = _flight ??= Start(refused, mayShare);
        }
        if (forgotten)
        {
            Log.TokenRefused(_logger);
        }
        return Clock.WaitAsync(flight, _time, cancellationToken);
    }

    /// <summary>Whether a token will do: one that others left will not where it may not be shared, nor where it is the refused one again.</summary>
    private static bool IsWanted(AccessToken token, AccessToken? refused, bool mayShare) =>
        !token.IsShared || (mayShare && token.Value != refused?.Value);

    // Under the gate; the flight itself begins elsewhere.
    private Task<AccessToken> Start(AccessToken? refused, bool mayShare)
    {
        Held? previous = _held;
        // Where none is held but there was one, that one was refused, and may still lie where others left it.
        AccessToken? unwanted = previous?.Token ?? _newest ?? refused;
        ActivityContext cause = Telemetry.Source.HasListeners() && Activity.Current is { } activity ? activity.Context : default;
        return Detached.Run(() => FlyAsync(previous, new Wish(unwanted, mayShare, cause)));
    }

    private async Task<AccessToken> FlyAsync(Held? previous, Wish wish)
    {
        (AccessToken Token, TimeSpan Life) got;
        try
        {
            got = await FlyWithOthersAsync(wish).ConfigureAwait(false);
        }
        catch (Exception exception) when (TryKeep(previous))
        {
            Log.RefreshAheadFailed(_logger, RestAfterFailure.TotalSeconds, exception);
            return previous!.Token;
        }
        catch (Exception exception)
        {
            if (Land(null))
            {
                throw new ObjectDisposedException("The client was disposed while it signed in.", exception);
            }
            Log.TokenNotIssued(_logger, exception);
            throw;
        }
        Land(Hold(got.Token, got.Life));
        return got.Token;
    }

    private async Task<(AccessToken Token, TimeSpan Life)> FlyWithOthersAsync(Wish wish)
    {
        while (true)
        {
            (AccessToken Token, TimeSpan Life) got = await _flights
                .JoinAsync(_place, token => FetchAsync(wish, token), _lifetime.Token)
                .ConfigureAwait(false);
            // Other sources' flights may be content with less as well.
            if (IsWanted(got.Token, wish.Unwanted, wish.MayShare))
            {
                return got;
            }
        }
    }

    private async Task<(AccessToken Token, TimeSpan Life)> FetchAsync(Wish wish, CancellationToken cancellationToken) =>
        wish.MayShare && await TakeSharedAsync(wish.Unwanted, cancellationToken).ConfigureAwait(false) is { } shared
            ? shared
            : await IssueAsync(wish.Cause, cancellationToken).ConfigureAwait(false);

    /// <summary>What others left, unless it is the very token that is to be replaced.</summary>
    private async Task<(AccessToken Token, TimeSpan Life)?> TakeSharedAsync(AccessToken? unwanted, CancellationToken cancellationToken)
    {
        if (_store is null || await _store.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } shared)
        {
            return null;
        }
        if (shared.Token.Value == unwanted?.Value)
        {
            return null;
        }
        Log.TokenShared(_logger, shared.Life.TotalSeconds);
        return shared;
    }

    private async Task<(AccessToken Token, TimeSpan Life)> IssueAsync(ActivityContext cause, CancellationToken cancellationToken)
    {
        AccessToken token = new(await _issue(cause, cancellationToken).ConfigureAwait(false));
        Telemetry.TokensIssued.Add(1);
        Telemetry.TokenRefreshes.Add(_newest is null ? 0 : 1);
        TimeSpan life = TokenLife.Of(token, _time.GetUtcNow());
        Log.TokenIssued(_logger, life.TotalSeconds, TokenLife.Use(life, _share).TotalSeconds);
        if (_store is not null)
        {
            // Before anyone gets it: whoever asks next, in whatever process, finds it.
            await _store.WriteAsync(token, life, cancellationToken).ConfigureAwait(false);
        }
        return (token, life);
    }

    private Held Hold(AccessToken token, TimeSpan life)
    {
        long now = _time.GetTimestamp();
        return new Held(token, life, now + Ticks(TokenLife.Use(life, _share)), now + Ticks(life));
    }

    // The end of a flight: the next call that finds no token starts another. Tells whether the client is disposed.
    private bool Land(Held? held)
    {
        lock (_gate)
        {
            _flight = null;
            if (!_disposed && held is not null)
            {
                _held = held;
                _newest = held.Token;
            }
            return _disposed;
        }
    }

    // A refresh ahead of time failed: the present token serves on, unless it has expired or been refused meanwhile.
    private bool TryKeep(Held? previous)
    {
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            if (_disposed || previous is null || _held != previous || now >= previous.Expires)
            {
                return false;
            }
            _held = previous with { Due = Math.Min(now + Ticks(RestAfterFailure), previous.Expires) };
            _flight = null;
        }
        return true;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    /// <summary>What a flight is for.</summary>
    /// <param name="Unwanted">The token that is to be replaced.</param>
    /// <param name="MayShare">Whether what others left will do.</param>
    /// <param name="Cause">The span of the call that started it.</param>
    private readonly record struct Wish(AccessToken? Unwanted, bool MayShare, ActivityContext Cause);

    /// <summary>A token with its times, as timestamps of the clock.</summary>
    private sealed record Held(AccessToken Token, TimeSpan Life, long Due, long Expires)
    {
        public bool IsDue(long now) => now >= Due;
    }
}
