namespace Ravatar.Client;

/// <summary>How a live session ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">The same in a sentence.</param>
/// <param name="EndedOnServer">
/// Whether the server has confirmed that the session is over (it may also say that it knows no such session). <see langword="false"/>: it could not be
/// told within 8 s, so the session may still hold a slot there; with <see cref="LiveSessionOptions.JournalFolder"/> the next run tries again.
/// </param>
/// <param name="Exception">The stream error behind it; <see langword="null"/> when there was none.</param>
public sealed record LiveEnd(LiveEndReason Reason, string Message, bool EndedOnServer, RavatarLiveException? Exception = null);
