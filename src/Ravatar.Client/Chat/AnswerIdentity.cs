namespace Ravatar.Client;

/// <summary>
/// What an answer's copy is known by, without the answer: <c>_id</c>, or where one of the two has none avatar, request, file and a date within 2 s;
/// the words always. Takes little memory, however much the server said.
/// </summary>
internal readonly struct AnswerIdentity
{
    private static readonly TimeSpan DateTolerance = TimeSpan.FromSeconds(2);

    private readonly string? _id;
    private readonly string? _avatarId;
    private readonly string? _request;
    private readonly string? _file;
    private readonly DateTimeOffset? _date;
    private readonly ulong _words;

    /// <param name="answer">The answer.</param>
    /// <param name="request">Its <c>request</c>, normalised.</param>
    public AnswerIdentity(ChatAnswer answer, string? request)
    {
        _words = HashOf(answer.FullText);
        Digest = (int)(_words ^ (_words >> 32));
        _id = Fingerprint.OfOrNull(answer.Id);
        _avatarId = Fingerprint.OfOrNull(answer.AvatarId);
        _request = Fingerprint.OfOrNull(request);
        // Beside words it does not count, as signed addresses differ from copy to copy.
        _file = answer.FullText.Length == 0 ? Fingerprint.OfOrNull(answer.FileUrl?.OriginalString) : null;
        _date = answer.Date;
    }

    /// <summary>Of the words. The same <c>_id</c> with other words is a follow-up, not a copy: copies have the same digest.</summary>
    public int Digest { get; }

    /// <summary>Whether they are one answer.</summary>
    /// <param name="other">The other one, with the same digest.</param>
    /// <param name="mayLackDates">Whether equal words are enough where neither <c>_id</c> nor date can tell.</param>
    public bool IsCopyOf(in AnswerIdentity other, bool mayLackDates)
    {
        if (_words != other._words)
        {
            return false;
        }
        if (_id is not null && other._id is not null)
        {
            return _id == other._id;
        }
        return SameOrUnknown(_avatarId, other._avatarId)
            && SameOrUnknown(_request, other._request)
            && SameOrUnknown(_file, other._file)
            && (_date is { } here && other._date is { } there ? (here - there).Duration() <= DateTolerance : mayLackDates);
    }

    // FNV-1a, by characters, and the length: the platform's own has 32 bits, and on some platforms short texts that collide are easily found.
    private static ulong HashOf(string words)
    {
        ulong hash = 14_695_981_039_346_656_037;
        foreach (char c in words)
        {
            hash = unchecked((hash ^ c) * 1_099_511_628_211);
        }
        return unchecked((hash ^ (ulong)words.Length) * 1_099_511_628_211);
    }

    private static bool SameOrUnknown(string? left, string? right) => left is null || right is null || left == right;
}
