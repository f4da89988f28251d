namespace Ravatar.Client;

/// <summary>The one facade: signs in, reads configuration and history, and chats.</summary>
public sealed class RavatarClient;
