namespace Ravatar.Client;

/// <summary>Whose sessions a client starts, and where.</summary>
internal sealed record JournalOwner(string UserId, string? ProjectId, Uri BaseAddress);

/// <summary>A session in a journal.</summary>
internal sealed record JournalEntry(string LicenseId, JournalOwner Owner);
