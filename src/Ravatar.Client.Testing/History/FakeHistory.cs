using System.Collections.Concurrent;
using System.Globalization;

namespace Ravatar.Client.Testing;

/// <summary>
/// The history behind <c>GET /chat</c>. Every message that a socket delivers and every answer is recorded here by itself; a test may add
/// rows of its own, as another device of the same user would.
/// </summary>
public sealed class FakeHistory
{
    private readonly ConcurrentDictionary<string, UserHistory> _users = new(StringComparer.Ordinal);
    private readonly FakeClock _clock;
    private readonly int _seed;
    private long _ids;
    private long _lagTicks;

    internal FakeHistory(int seed, FakeClock clock)
    {
        _seed = seed;
        _clock = clock;
    }

    /// <summary>How long after being recorded a row appears in <c>GET /chat</c>, for rows recorded from now on. Rows never overtake one another. Defaults to zero.</summary>
    public TimeSpan Lag
    {
        get => new(Interlocked.Read(ref _lagTicks));
        set => Interlocked.Exchange(ref _lagTicks, value.Ticks);
    }

    /// <summary>Which end page 1 is. Defaults to <see cref="FakePageOrder.NewestPageFirst"/>.</summary>
    public FakePageOrder PageOrder { get; set; }

    /// <summary>Whether the rows inside a page run from new to old. Defaults to <see langword="false"/>: old to new.</summary>
    public bool DescendingInPage { get; set; }

    /// <summary>The largest page served, whatever <c>per_page</c> asks for. Defaults to <see langword="null"/>: no limit.</summary>
    public int? MaxPerPage { get; set; }

    /// <summary>All rows of a user, oldest first, those that still lag included.</summary>
    /// <param name="userId">The user.</param>
    /// <returns>A copy.</returns>
    public IReadOnlyList<FakeHistoryRow> Rows(string userId) => _users.TryGetValue(userId, out var history) ? history.All() : [];

    /// <summary>Adds a row at the end of a user's history, as another device would.</summary>
    /// <param name="row">The row; its <see cref="FakeHistoryRow.UserId"/> is required, its identifier and date are filled in where missing.</param>
    /// <returns>The row as recorded.</returns>
    /// <exception cref="ArgumentException">The row names no user.</exception>
    public FakeHistoryRow Append(FakeHistoryRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.UserId is not { } user)
        {
            throw new ArgumentException("The row belongs to nobody; set UserId.", nameof(row));
        }

        var full = row with { Id = row.Id ?? NextId(), Date = row.Date ?? _clock.Stated.ToUnixTimeMilliseconds() };
        _users.GetOrAdd(user, static _ => new UserHistory()).Append(full, _clock.Elapsed + Lag);
        return full;
    }

    /// <summary>Adds a question and its answer.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="request">The question's text.</param>
    /// <param name="answer">The answer's text.</param>
    /// <param name="avatarId">The avatar. Defaults to <c>avatar-id-123</c>.</param>
    public void AppendExchange(string userId, string request, string answer, string avatarId = "avatar-id-123")
    {
        var question = new FakeHistoryRow
        {
            UserId = userId,
            Request = request,
            AvatarId = avatarId,
        };
        Append(question);
        Append(question with { Direction = "incoming", Answer = answer, AvatarName = "Assistant" });
    }

    /// <summary>Fills a user's history with questions and answers in turn, one second apart, ending now.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="count">The number of rows, 0 or more.</param>
    public void Fill(string userId, int count)
    {
        var start = _clock.Stated.ToUnixTimeMilliseconds() - (count * 1000L);
        for (var i = 0; i < count; i++)
        {
            var number = (i / 2).ToString(CultureInfo.InvariantCulture);
            var incoming = i % 2 == 1;
            Append(
                new FakeHistoryRow
                {
                    UserId = userId,
                    Direction = incoming ? "incoming" : "outgoing",
                    Request = $"Question {number}",
                    Answer = incoming ? $"Answer {number}" : null,
                    AvatarId = "avatar-id-123",
                    AvatarName = incoming ? "Assistant" : null,
                    Date = start + (i * 1000L),
                }
            );
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _users.Clear();

    internal string NextId() => string.Create(CultureInfo.InvariantCulture, $"message-{_seed}-{Interlocked.Increment(ref _ids)}");

    /// <summary>The answer to one <c>GET /chat</c>.</summary>
    internal byte[] PageJson(string userId, int page, int perPage)
    {
        var size = Math.Min(perPage, MaxPerPage ?? int.MaxValue);
        var (rows, more) = _users.TryGetValue(userId, out var history) ? history.Page(_clock.Elapsed, page, size, PageOrder) : ([], false);
        return Json.Object(writer =>
        {
            writer.WriteStartArray("payload");
            foreach (var row in DescendingInPage ? rows.Reverse() : rows)
            {
                row.WriteTo(writer);
            }

            writer.WriteEndArray();
            writer.WriteBoolean("has_more_messages", more);
        });
    }
}
