namespace Ravatar.Client;

/// <summary>What a conversation must know beforehand.</summary>
/// <param name="UserId">Whose history rows are ours.</param>
/// <param name="AvatarId">Whose answers are ours.</param>
/// <param name="SuspectSilence">Whether an overdue answer is the only sign of a dead connection.</param>
/// <param name="HeldEvents">How many events may be held while history is read.</param>
/// <param name="HeldBytes">How many bytes those may have in all.</param>
internal sealed record ConversationSettings(string UserId, string AvatarId, bool SuspectSilence, int HeldEvents, long HeldBytes);
