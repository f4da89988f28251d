using System.Text.Json;

namespace Ravatar.Client;

/// <summary>One page of <c>GET /chat</c>, in the server's own order.</summary>
public sealed class HistoryPage
{
    /// <summary>The page's number, from 1: the request's <c>page</c>.</summary>
    public int Page { get; init; }

    /// <summary>The messages, as the server ordered them: <c>payload</c>.</summary>
    public IReadOnlyList<HistoryMessage> Messages { get; init; } = [];

    /// <summary>Whether another page follows: <c>has_more_messages</c>.</summary>
    public bool HasMore { get; init; }

    /// <summary>Members this version does not know, as they came; <see langword="null"/> when there were none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>The body's own status: <c>status</c>, which tells of failures alone.</summary>
    internal int? Status { get; init; }

    /// <summary>How long its JSON was: about what it keeps in memory, twice over where texts are UTF-16.</summary>
    internal int Bytes { get; init; }
}
