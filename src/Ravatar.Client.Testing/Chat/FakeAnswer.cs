namespace Ravatar.Client.Testing;

/// <summary>
/// One answer of the avatar. What is not set is filled in from the question and from <see cref="FakeChat"/>'s defaults.
/// </summary>
/// <param name="Text">The text, <c>answer</c>; <see langword="null"/> leaves it out.</param>
public sealed record FakeAnswer(string? Text = null)
{
    /// <summary>How long the avatar thinks, by the server's time provider. Defaults to <see cref="FakeChat.AnswerDelay"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The <c>_id</c>, in the history too. Defaults to a new one.</summary>
    public string? Id { get; init; }

    /// <summary>Whether the socket's copy carries <c>_id</c>. Defaults to <see cref="FakeChat.AnswersHaveIds"/>.</summary>
    public bool? WithId { get; init; }

    /// <summary>Whether the socket's copy carries <c>request</c>. Defaults to <see cref="FakeChat.AnswersRepeatRequest"/>.</summary>
    public bool? WithRequest { get; init; }

    /// <summary>The <c>request</c> it answers. Defaults to the question's text or transcript.</summary>
    public string? Request { get; init; }

    /// <summary>How the socket's copy says when. Defaults to <see cref="FakeChat.AnswerDates"/>.</summary>
    public FakeDateStyle? DateStyle { get; init; }

    /// <summary>The value of <c>type</c> (or <c>direction</c>): <c>incoming</c>, <c>event</c>, <c>system</c>; <see langword="null"/> for none. Defaults to <c>incoming</c>.</summary>
    public string? Type { get; init; } = "incoming";

    /// <summary>Whether <see cref="Type"/> goes out under the name <c>direction</c>. Defaults to <see langword="false"/>.</summary>
    public bool TypeAsDirection { get; init; }

    /// <summary>The name of the member that carries <see cref="Text"/>: <c>answer</c> (the default), <c>content</c> or <c>message</c>.</summary>
    public string TextMember { get; init; } = "answer";

    /// <summary>The <c>chat_type</c>. Defaults to the question's; an empty string leaves it out.</summary>
    public string? ChatType { get; init; }

    /// <summary>The <c>avatar_id</c>. Defaults to the question's; an empty string leaves it out.</summary>
    public string? AvatarId { get; init; }

    /// <summary>The <c>fileUrl</c>; an empty string for none. Defaults to <see cref="FakeChat.AnswersHaveFiles"/>. <c>{base}</c> stands for the server's own address.</summary>
    public string? FileUrl { get; init; }

    /// <summary>Audio that travels inside the message; empty for none.</summary>
    public ReadOnlyMemory<byte> Audio { get; init; }

    /// <summary>The name of the member that carries <see cref="Audio"/>: <c>file_base64_data</c> (the default) or <c>audio_base64</c>.</summary>
    public string AudioMember { get; init; } = "file_base64_data";

    /// <summary>Whether <see cref="Audio"/> is written as a whole <c>data:audio/wav;base64,…</c> URL. Defaults to <see langword="false"/>.</summary>
    public bool AudioAsDataUrl { get; init; }

    /// <summary>Whether it goes into the history. Defaults to <see langword="true"/>.</summary>
    public bool Recorded { get; init; } = true;

    /// <summary>Whether it goes over the socket. Defaults to <see langword="true"/>.</summary>
    public bool Sent { get; init; } = true;

    /// <summary>The socket's copy as it goes over the wire, instead of all of the above.</summary>
    public string? RawJson { get; init; }
}
