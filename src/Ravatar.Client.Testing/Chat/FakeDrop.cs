namespace Ravatar.Client.Testing;

/// <summary>One planned loss of a connection.</summary>
/// <param name="Point">Where in the life of a message.</param>
/// <param name="Manner">How. With <see cref="FakeDropPoint.WhileAnswering"/> and <see cref="FakeDropPoint.AfterAnswer"/>, <see cref="FakeDropManner.Reset"/> acts like <see cref="FakeDropManner.End"/>, so that what was written does arrive.</param>
/// <param name="CloseCode">The code of <see cref="FakeDropManner.Close"/>. Defaults to 1001, going away.</param>
/// <param name="CloseReason">Its reason. Defaults to none.</param>
public sealed record FakeDrop(
    FakeDropPoint Point,
    FakeDropManner Manner = FakeDropManner.Reset,
    int CloseCode = 1001,
    string? CloseReason = null
);
