using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Ravatar.Client.Benchmarks;

/// <summary>One connection: HTTP until it is upgraded, then a WebSocket whose large frames are counted and whose small ones are obeyed.</summary>
internal sealed class SinkConnection(Sink sink, Socket socket)
{
    private const int LargestCommand = 2048;
    private static readonly byte[] s_flood = MakeFlood();

    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;
    private long _frames;
    private long _bytes;
    private long _answers;

    /// <summary>An answer as the service would send it, 330 bytes.</summary>
    public static byte[] Answer(string request, string id)
    {
        string json =
            $$"""{"direction":"incoming","_id":"{{id}}","user_id":"bench","request":"{{request}}","answer":"","avatar_id":"a1","avatar_name":"Assistant","date":1737820801000,"chat_type":"text","language_code":"en"}""";
        return Encoding.UTF8.GetBytes(
            json.Replace("\"answer\":\"\"", $"\"answer\":\"{new string('x', Math.Max(1, 330 - json.Length))}\"", StringComparison.Ordinal)
        );
    }

    public async Task RunAsync()
    {
        while (await ReadHeadAsync() is { } head)
        {
            string[] lines = head.Split("\r\n");
            string[] first = lines[0].Split(' ');
            string? Header(string name) =>
                lines.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
            if (Header("Sec-WebSocket-Key") is { } key)
            {
                await BeLateAsync();
                await SendAsync(Encoding.ASCII.GetBytes(Upgrade(key)));
                await ServeFramesAsync();
                return;
            }
            await SkipAsync(int.Parse(Header("Content-Length") ?? "0", CultureInfo.InvariantCulture));
            await BeLateAsync();
            await RespondAsync(first[1], Header("Authorization"));
        }
    }

    private Task BeLateAsync() => sink.Latency > 0 ? Task.Delay(sink.Latency) : Task.CompletedTask;

    private async Task RespondAsync(string target, string? authorization)
    {
        string path = target.Split('?')[0];
        if (path == "/jwt")
        {
            await RespondAsync("200 OK", Encoding.UTF8.GetBytes($$"""{"result":"success","jwt":"{{sink.Token}}"}"""));
        }
        else if (authorization != "Bearer " + sink.Token)
        {
            await RespondAsync("403 Forbidden", "{\"error\":\"expired\"}"u8.ToArray());
        }
        else if (path == "/chat")
        {
            string page = target.Split("&page=")[1];
            await RespondAsync("200 OK", sink.Pages.Get(int.Parse(page, CultureInfo.InvariantCulture)));
        }
        else
        {
            await RespondAsync("200 OK", Fixed(path));
        }
    }

    private static byte[] Fixed(string path) =>
        path switch
        {
            "/connection" =>
                """{"status":200,"session":"s1","avatars_info":[{"_id":"a1","name":"Assistant","hasLiveMode":true}],"languages":[{"name":"English","language_code":"en"}],"messageTimeoutSeconds":30}"""u8.ToArray(),
            "/startLiveSession" => """{"status":200,"LicenseId":"license-1","streamingUrl":"http://127.0.0.1/"}"""u8.ToArray(),
            _ => """{"status":200}"""u8.ToArray(),
        };

    private Task RespondAsync(string status, byte[] body)
    {
        byte[] head = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"
        );
        byte[] response = [.. head, .. body];
        return SendAsync(response);
    }

    private async Task ServeFramesAsync()
    {
        while (true)
        {
            if (!await FillAsync(2))
            {
                return;
            }
            int opcode = _buffer[_start] & 0x0f;
            int size = _buffer[_start + 1] & 0x7f;
            int header =
                2
                + (
                    size == 126 ? 2
                    : size == 127 ? 8
                    : 0
                )
                + 4;
            await FillAsync(header);
            long length =
                size == 126 ? BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start + 2))
                : size == 127 ? BinaryPrimitives.ReadInt64BigEndian(_buffer.AsSpan(_start + 2))
                : size;
            if (opcode == 8)
            {
                await SendAsync(new byte[] { 0x88, 0 });
                return;
            }
            if (opcode == 9)
            {
                await FillAsync(header + (int)length);
                byte[] pong =
                [
                    0x8a,
                    (byte)length,
                    .. Unmasked(_buffer.AsSpan(_start + header - 4, 4), _buffer.AsSpan(_start + header, (int)length)),
                ];
                _start += header + (int)length;
                await SendAsync(pong);
                continue;
            }
            if (length > LargestCommand || opcode != 1)
            {
                _start += header;
                _frames += opcode == 1 ? 1 : 0;
                _bytes += length;
                await SkipAsync(length);
                continue;
            }
            await FillAsync(header + (int)length);
            await BeLateAsync();
            string message = Encoding.UTF8.GetString(
                Unmasked(_buffer.AsSpan(_start + header - 4, 4), _buffer.AsSpan(_start + header, (int)length))
            );
            _start += header + (int)length;
            await ObeyAsync(message);
        }
    }

    private async Task ObeyAsync(string message)
    {
        const string Member = "\"request\":\"";
        int from = message.IndexOf(Member, StringComparison.Ordinal) + Member.Length;
        string request = from < Member.Length ? "" : message[from..message.IndexOf('"', from)];
        switch (request.Split(' '))
        {
            case ["flood", string count]:
                int left = int.Parse(count, CultureInfo.InvariantCulture);
                int perBlock = s_flood.Length / 334;
                for (; left > 0; left -= perBlock)
                {
                    await SendAsync(s_flood.AsMemory(0, Math.Min(left, perBlock) * 334));
                }
                return;
            case ["audio", string megabytes]:
                await SendAudioAsync(request, int.Parse(megabytes, CultureInfo.InvariantCulture) * 1024 * 1024);
                return;
            case ["count"]:
                await SendFrameAsync(
                    Encoding.UTF8.GetBytes(
                        FormattableString.Invariant(
                            $$"""{"direction":"incoming","request":"count","answer":"{{_frames}} {{_bytes}}","avatar_id":"a1"}"""
                        )
                    )
                );
                return;
            default:
                await SendFrameAsync(Answer(request, FormattableString.Invariant($"e{++_answers}")));
                return;
        }
    }

    private async Task SendAudioAsync(string request, int length)
    {
        byte[] json = Encoding.UTF8.GetBytes(
            $$"""{"direction":"incoming","request":"{{request}}","avatar_id":"a1","audio_base64":"{{new string('A', length)}}"}"""
        );
        await SendFrameAsync(json);
    }

    private Task SendFrameAsync(byte[] payload)
    {
        byte[] header = payload.Length switch
        {
            < 126 => [0x81, (byte)payload.Length],
            < 65_536 => [0x81, 126, (byte)(payload.Length >> 8), (byte)payload.Length],
            _ =>
            [
                0x81,
                127,
                0,
                0,
                0,
                0,
                (byte)(payload.Length >> 24),
                (byte)(payload.Length >> 16),
                (byte)(payload.Length >> 8),
                (byte)payload.Length,
            ],
        };
        byte[] frame = [.. header, .. payload];
        return SendAsync(frame);
    }

    private static byte[] MakeFlood()
    {
        byte[] answer = Answer("nobody asked", "flood");
        byte[] frame = [0x81, 126, (byte)(answer.Length >> 8), (byte)answer.Length, .. answer];
        return [.. Enumerable.Repeat(frame, 192).SelectMany(static f => f)];
    }

    private static byte[] Unmasked(ReadOnlySpan<byte> mask, ReadOnlySpan<byte> payload)
    {
        byte[] bytes = new byte[payload.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(payload[i] ^ mask[i & 3]);
        }
        return bytes;
    }

    private static string Upgrade(string key)
    {
#pragma warning disable CA5350 // RFC 6455 wants it
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        return $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n";
    }

    private async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            int end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                string head = Encoding.ASCII.GetString(_buffer, _start, end);
                _start += end + 4;
                return head;
            }
            if (!await FillAsync(_end - _start + 1))
            {
                return null;
            }
        }
    }

    private async Task SkipAsync(long length)
    {
        while (length > 0)
        {
            if (_start == _end && !await FillAsync(1))
            {
                return;
            }
            int part = (int)Math.Min(length, _end - _start);
            _start += part;
            length -= part;
        }
        if (_frames == 1 && _buffer.Length < 65_536)
        {
            Array.Resize(ref _buffer, 262_144); // one that streams
        }
    }

    /// <summary>Has at least that many bytes in the buffer, or returns false at the end.</summary>
    private async ValueTask<bool> FillAsync(int count)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_start + count > _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        while (_end - _start < count)
        {
            int read = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
            if (read == 0)
            {
                return false;
            }
            _end += read;
        }
        return true;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }
}
