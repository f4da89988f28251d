using System.Collections.Concurrent;
using System.Globalization;

namespace Ravatar.Client.Testing;

/// <summary>
/// The tokens that <c>POST /jwt</c> hands out, and which of them are still good. They are real HS256 tokens with the claims
/// <c>user_id</c>, <c>project_id</c>, <c>iat</c>, <c>exp</c> and <c>jti</c>.
/// </summary>
public sealed class FakeTokens
{
    private const int MaxIssued = 10_000;
    private readonly JwtCodec _codec;
    private readonly FakeClock _clock;
    private readonly ConcurrentQueue<string> _issued = new();
    private readonly ConcurrentQueue<string> _overrides = new();
    private readonly ConcurrentDictionary<string, (string UserId, long Number)> _opaque = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _revokedPerUser = new(StringComparer.Ordinal);
    private long _revoked;
    private long _count;

    internal FakeTokens(int seed, FakeClock clock)
    {
        _codec = new JwtCodec(seed);
        _clock = clock;
    }

    /// <summary>How long a token lives from its issue. Zero or less makes tokens that are expired at birth. Defaults to 24 h.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// The raw JSON of the <c>exp</c> claim instead of issue plus <see cref="Lifetime"/>, for example <c>253402300799</c>, <c>"soon"</c> or an
    /// empty string for no claim at all. The server itself goes by <see cref="Lifetime"/> then. Defaults to <see langword="null"/>.
    /// </summary>
    public string? RawExpiry { get; set; }

    /// <summary>Whether a newly issued token makes the older ones of the same user bad. Defaults to <see langword="false"/>.</summary>
    public bool NewTokenRevokesOlder { get; set; }

    /// <summary>
    /// Whether any token passes, even none. The user is then the one the token names, if this server signed it, or unknown. Defaults to
    /// <see langword="false"/>.
    /// </summary>
    public bool AcceptAny { get; set; }

    /// <summary>The projects that exist; any other gets 401 <c>project_not_found</c>. Defaults to <see langword="null"/>: all exist.</summary>
    public IReadOnlyCollection<string>? Projects { get; set; }

    /// <summary>Every token handed out, oldest first, in clear: a test that looks for leaked tokens needs them. The last 10,000 are kept.</summary>
    public IReadOnlyList<string> Issued => [.. _issued];

    /// <summary>Makes every token issued so far bad: the next use of one gets 403. Sockets that are open stay open.</summary>
    public void RevokeAll() => Interlocked.Exchange(ref _revoked, Interlocked.Read(ref _count));

    /// <summary>Makes every token issued so far to <paramref name="userId"/> bad.</summary>
    /// <param name="userId">The user.</param>
    public void Revoke(string userId) => _revokedPerUser[userId] = Interlocked.Read(ref _count);

    /// <summary>The next issued token is this text, which need not be a JWT at all. It is as good as any other until revoked; it never expires.</summary>
    /// <param name="rawToken">The text that <c>jwt</c> carries.</param>
    public void IssueNext(string rawToken) => _overrides.Enqueue(rawToken);

    /// <summary>A good token without <c>POST /jwt</c>, for a test that talks to the server by itself.</summary>
    /// <param name="userId">The user it speaks for.</param>
    /// <param name="projectId">The project, or <see langword="null"/>.</param>
    /// <returns>The token.</returns>
    public string Create(string userId, string? projectId = null)
    {
        var number = Interlocked.Increment(ref _count);
        if (NewTokenRevokesOlder)
        {
            _revokedPerUser[userId] = number - 1;
        }

        if (_overrides.TryDequeue(out var raw))
        {
            _opaque[raw] = (userId, number);
            return Remember(raw);
        }

        var issued = _clock.Stated;
        var ends = issued + Lifetime;
        return Remember(
            _codec.Sign(
                Json.Object(writer =>
                {
                    writer.WriteString("user_id", userId);
                    writer.Optional("project_id", projectId);
                    writer.WriteNumber("iat", issued.ToUnixTimeSeconds());
                    if (RawExpiry is null)
                    {
                        writer.WriteNumber("exp", ends.ToUnixTimeSeconds());
                    }
                    else
                    {
                        if (RawExpiry.Length > 0)
                        {
                            writer.WritePropertyName("exp");
                            writer.WriteRawValue(RawExpiry);
                        }

                        writer.WriteNumber("ends", ends.ToUnixTimeSeconds());
                    }

                    writer.WriteString("jti", number.ToString(CultureInfo.InvariantCulture));
                })
            )
        );
    }

    internal TokenCheck Check(string? token)
    {
        var check = token is null ? TokenCheck.Bad : CheckStrictly(token);
        return AcceptAny && !check.IsGood ? new TokenCheck(true, check.UserId) : check;
    }

    private TokenCheck CheckStrictly(string token)
    {
        if (_opaque.TryGetValue(token, out var known))
        {
            return new TokenCheck(!IsRevoked(known.UserId, known.Number), known.UserId);
        }

        using var claims = _codec.Verify(token);
        if (claims is null)
        {
            return TokenCheck.Bad;
        }

        var root = claims.RootElement;
        var user = root.GetProperty("user_id").GetString()!;
        var ends = (root.TryGetProperty("ends", out var hidden) ? hidden : root.GetProperty("exp")).GetInt64();
        var good =
            _clock.Stated.ToUnixTimeSeconds() < ends
            && !IsRevoked(user, long.Parse(root.GetProperty("jti").GetString()!, CultureInfo.InvariantCulture));
        return new TokenCheck(good, user);
    }

    private bool IsRevoked(string userId, long number) =>
        number <= Interlocked.Read(ref _revoked) || (_revokedPerUser.TryGetValue(userId, out var revoked) && number <= revoked);

    private string Remember(string token)
    {
        _issued.Enqueue(token);
        if (_issued.Count > MaxIssued)
        {
            _issued.TryDequeue(out _);
        }

        return token;
    }
}
