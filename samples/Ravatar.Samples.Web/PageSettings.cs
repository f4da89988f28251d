namespace Ravatar.Samples;

/// <summary>What a page's session has to know.</summary>
/// <param name="Sample">What the sample was told: avatar, language, time-out.</param>
/// <param name="StreamsLiveAudio">Whether voice in Live Mode is sent while it is spoken.</param>
/// <param name="IsFake">Whether the service is a fake one, which the page says.</param>
internal sealed record PageSettings(SampleSettings Sample, bool StreamsLiveAudio, bool IsFake);
