using System.Text;

namespace Ravatar.Samples;

/// <summary>Text from elsewhere, made fit for a line or a terminal.</summary>
internal static class AnswerLine
{
    /// <summary>One line: every line break, of whatever kind, becomes a space.</summary>
    public static string From(string text)
    {
        StringBuilder line = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            bool isPair = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n';
            if (!isPair)
            {
                line.Append(IsLineBreak(text[i]) ? ' ' : text[i]);
            }
        }
        return line.ToString();
    }

    /// <summary>Any number of lines, without the control characters that would steer a terminal.</summary>
    public static string Printable(string text) => text.Any(IsSteering) ? string.Concat(text.Where(static c => !IsSteering(c))) : text;

    private static bool IsLineBreak(char c) => c is '\n' or '\r' or '\v' or '\f' or '\u0085' or '\u2028' or '\u2029';

    private static bool IsSteering(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
