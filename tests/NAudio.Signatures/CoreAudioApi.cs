using System.Collections;
using System.Runtime.InteropServices;

namespace NAudio.CoreAudioApi;

[Flags]
public enum AudioClientBufferFlags
{
    None = 0,
}

public enum DataFlow
{
    Render,
    Capture,
    All,
}

public enum Role
{
    Console,
    Multimedia,
    Communications,
}

[Flags]
public enum DeviceState
{
    Active = 1,
}

public class MMDevice : IDisposable
{
    internal MMDevice() { }

    public string FriendlyName => throw null!;

    public string ID => throw null!;

    public DataFlow DataFlow => throw null!;

    public void Dispose() => throw null!;
}

public class MMDeviceCollection : IEnumerable<MMDevice>, IDisposable
{
    internal MMDeviceCollection() { }

    public IEnumerator<MMDevice> GetEnumerator() => throw null!;

    IEnumerator IEnumerable.GetEnumerator() => throw null!;

    public void Dispose() => throw null!;
}

public class MMDeviceEnumerator : IDisposable
{
    public MMDeviceCollection EnumerateAudioEndPoints(DataFlow dataFlow, DeviceState dwStateMask) => throw null!;

    public MMDevice GetDefaultAudioEndpoint(DataFlow dataFlow, Role role) => throw null!;

    public bool TryGetDefaultAudioEndpoint(DataFlow dataFlow, Role role, out MMDevice device) => throw null!;

    public MMDevice GetDevice(string id) => throw null!;

    public void Dispose() => throw null!;
}

public class CoreAudioException : COMException;
