#if NET8_0_OR_GREATER
using System.Buffers;
using System.Runtime.InteropServices;

namespace Ravatar.Client;

/// <summary>
/// Memory for what is too large for the pool, outside the garbage collector's heap: it grows in place where the allocator can move pages instead of bytes,
/// costs only the pages that were written to, and is gone when it is disposed. One owner; what was taken from it is invalid after growth and disposal. No
/// finalizer: a read that a broken platform never ends may still write there.
/// </summary>
internal sealed unsafe class NativeBlock : MemoryManager<byte>
{
    private byte* _start;
    private int _length;

    public NativeBlock(int length)
    {
        _start = (byte*)NativeMemory.Alloc((nuint)length);
        _length = length;
    }

    public int Length => _length;

    public void Grow(int length)
    {
        _start = (byte*)NativeMemory.Realloc(_start, (nuint)length);
        _length = length;
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex, pinnable: this);

    public override void Unpin() { }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_start);
        _start = null;
        _length = 0;
    }
}
#endif
