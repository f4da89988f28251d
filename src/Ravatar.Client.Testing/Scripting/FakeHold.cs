namespace Ravatar.Client.Testing;

/// <summary>Keeps the requests of one endpoint waiting until it is released or disposed. Not dependent on any clock.</summary>
public sealed class FakeHold : IDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<FakeHold> _onRelease;

    internal FakeHold(Action<FakeHold> onRelease) => _onRelease = onRelease;

    internal Task Released => _released.Task;

    /// <summary>Lets the waiting requests go on, and later ones pass.</summary>
    public void Release()
    {
        _onRelease(this);
        _released.TrySetResult();
    }

    /// <summary>The same as <see cref="Release"/>.</summary>
    public void Dispose() => Release();
}
