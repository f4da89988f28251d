using System.Globalization;
using System.Text;

namespace Ravatar.Client.Benchmarks;

/// <summary>History, made in advance: pages of 100 messages, newest page first.</summary>
internal sealed class SinkPages
{
    private const int PerPage = 100;
    private byte[][] _pages = [Page(0, 0, more: false)];

    public void Make(int messages) =>
        _pages = [
            .. Enumerable
                .Range(0, messages / PerPage)
                .Select(page => Page(messages - (page * PerPage), PerPage, more: page + 1 < messages / PerPage)),
        ];

    public byte[] Get(int page) => page <= _pages.Length ? _pages[page - 1] : Page(0, 0, more: false);

    private static byte[] Page(int newest, int count, bool more)
    {
        StringBuilder json = new("""{"payload":[""");
        for (int i = 0; i < count; i++)
        {
            int number = newest - i;
            bool answer = number % 2 == 0;
            json.Append(i == 0 ? "" : ",")
                .Append(CultureInfo.InvariantCulture, $$"""{"_id":"m{{number:D8}}","direction":"{{(answer ? "incoming" : "outgoing")}}",""")
                .Append(
                    CultureInfo.InvariantCulture,
                    $$""" "user_id":"bench","request":"What is the answer to question {{(number + 1) / 2}}?","""
                )
                .Append(answer ? """ "answer":"It is forty-two, as it has been all along.","avatar_name":"Assistant",""" : "")
                .Append(
                    CultureInfo.InvariantCulture,
                    $$""" "avatar_id":"a1","date":{{1737820800000L + (number * 1000L)}},"chat_type":"text","language_code":"en"}"""
                );
        }
        return Encoding.UTF8.GetBytes(
            json.Append(CultureInfo.InvariantCulture, $$"""],"has_more_messages":{{(more ? "true" : "false")}}}""").ToString()
        );
    }
}
