using System.Text.Json;

namespace Ravatar.Client;

/// <summary>
/// The journal's format: a JSON object on each line, <c>start</c> with whose session it is, or <c>end</c>. A line counts when its line feed is there
/// and it can be read: what a crash tore is left out.
/// </summary>
internal static class JournalLine
{
    private const byte LineFeed = (byte)'\n';

    public static byte[] Start(JournalEntry entry) =>
        Write(writer =>
        {
            writer.WriteString("start"u8, entry.LicenseId);
            writer.WriteString("user_id"u8, entry.Owner.UserId);
            if (entry.Owner.ProjectId is { } project)
            {
                writer.WriteString("project_id"u8, project);
            }
            writer.WriteString("base"u8, entry.Owner.BaseAddress.AbsoluteUri);
        });

    public static byte[] End(string licenseId) => Write(writer => writer.WriteString("end"u8, licenseId));

    /// <summary>The sessions that were started and not ended, oldest first.</summary>
    public static IReadOnlyList<JournalEntry> ReadRunning(ReadOnlySpan<byte> journal)
    {
        List<JournalEntry> running = [];
        while (journal.IndexOf(LineFeed) is >= 0 and int end)
        {
            ReadLine(journal.Slice(0, end), running);
            journal = journal.Slice(end + 1);
        }
        return running;
    }

    private static void ReadLine(ReadOnlySpan<byte> line, List<JournalEntry> running)
    {
        Dictionary<string, string> members = new(StringComparer.Ordinal);
        try
        {
            Utf8JsonReader reader = new(line);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                members[name] = JsonRead.ReadStringOrNull(ref reader) ?? "";
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return; // torn by a crash, or by something that is not us
        }
        if (members.TryGetValue("end", out string? ended))
        {
            running.RemoveAll(entry => entry.LicenseId == ended);
        }
        else if (
            members.TryGetValue("start", out string? license)
            && members.TryGetValue("user_id", out string? user)
            && members.TryGetValue("base", out string? address)
            && Uri.TryCreate(address, UriKind.Absolute, out Uri? baseAddress)
        )
        {
            members.TryGetValue("project_id", out string? project);
            running.Add(new JournalEntry(license, new JournalOwner(user, project, baseAddress)));
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> members) => [.. JsonObjects.Write(members), LineFeed];
}
