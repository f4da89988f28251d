namespace Ravatar.Client;

/// <summary>
/// Rows that history owes us: messages the server is known to have (it answered them) whose own row has not been read yet. When one more row with
/// the same text turns up, it belongs to these first; only a surplus proves a message of unknown fate. Not thread-safe;
/// <see cref="Conversation"/> guards it.
/// </summary>
internal sealed class ExpectedRows
{
    // Voice rows carry a transcript that we never had: they are counted, not compared.
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private int _voices;

    /// <summary>How many rows are owed in all.</summary>
    public int Count { get; private set; }

    public void Add(OutgoingMessage message)
    {
        Count++;
        if (message.Text is not { } text)
        {
            _voices++;
            return;
        }
        _texts.TryGetValue(text, out int owed);
        _texts[text] = owed + 1;
    }

    /// <summary>Whether a row with this text (null: voice) is one of those owed; if so, it is owed no more.</summary>
    public bool Take(string? text)
    {
        if (text is null)
        {
            if (_voices == 0)
            {
                return false;
            }
            _voices--;
        }
        else
        {
            if (!_texts.TryGetValue(text, out int owed))
            {
                return false;
            }
            if (owed == 1)
            {
                _texts.Remove(text);
            }
            else
            {
                _texts[text] = owed - 1;
            }
        }
        Count--;
        return true;
    }

    /// <summary>What history has not shown by now it never will.</summary>
    public void Clear()
    {
        _texts.Clear();
        _voices = 0;
        Count = 0;
    }
}
