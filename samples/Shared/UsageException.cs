namespace Ravatar.Samples;

/// <summary>The sample was started in a way it does not understand; the message says how to start it.</summary>
internal sealed class UsageException(string message) : Exception(message);
