namespace Ravatar.Client;

/// <summary>A step of a channel's life.</summary>
/// <param name="State">What the channel does now.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Attempt">The number of the connection attempt since the last connection that proved itself, from 1; 0 where none is due.</param>
/// <param name="Delay">How long that attempt waits; zero where none is due.</param>
/// <param name="Error">The failure behind it, if there was one.</param>
public sealed record ChatStateChange(ChatState State, string Reason, int Attempt = 0, TimeSpan Delay = default, Exception? Error = null);
