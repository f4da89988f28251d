using System.Buffers.Text;

namespace Ravatar.Client;

/// <summary>
/// The characters of a JSON string, its escapes undone, one or some at a time, so that a long text needs no copy. For ASCII: what is none comes out as
/// some byte above 0x7F.
/// </summary>
/// <param name="value">What is between the quotes, as the reader has checked it.</param>
internal ref struct JsonCharacters(ReadOnlySpan<byte> value)
{
    private const byte NotAscii = 0xFF;

    private ReadOnlySpan<byte> _left = value;

    /// <summary>Reads the next character; returns false at the end.</summary>
    public bool TryRead(out byte character)
    {
        if (_left.IsEmpty)
        {
            character = 0;
            return false;
        }
        int length = 1;
        character = _left[0];
        if (character == '\\')
        {
            character = Unescape(_left[1]);
            length = _left[1] == 'u' ? 6 : 2;
        }
        _left = _left.Slice(length);
        return true;
    }

    /// <summary>Fills a piece with what comes next, white space left out; returns how many there are, fewer than fit only at the end.</summary>
    public int ReadVisible(scoped Span<byte> piece)
    {
        int count = 0;
        while (count < piece.Length && !_left.IsEmpty)
        {
            // Other white space is always escaped.
            ReadOnlySpan<byte> run = _left.Slice(0, Math.Min(_left.Length, piece.Length - count));
            int end = run.IndexOfAny((byte)'\\', (byte)' ');
            run = end < 0 ? run : run.Slice(0, end);
            run.CopyTo(piece.Slice(count));
            count += run.Length;
            _left = _left.Slice(run.Length);
            if (end >= 0 && TryRead(out byte character) && character is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                piece[count++] = character;
            }
        }
        return count;
    }

    private readonly byte Unescape(byte kind) =>
        kind switch
        {
            (byte)'u' => Utf8Parser.TryParse(_left.Slice(2, 4), out ushort code, out _, 'x') && code < 0x80 ? (byte)code : NotAscii,
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            _ => kind,
        };
}
