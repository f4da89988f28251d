namespace Ravatar.Client;

/// <summary>The formats to try a device with: all that can be converted, the usual ones first.</summary>
internal static class AlsaFormats
{
    private static readonly int[] s_rates =
    [
        48_000,
        44_100,
        96_000,
        32_000,
        16_000,
        192_000,
        88_200,
        176_400,
        64_000,
        24_000,
        22_050,
        12_000,
        11_025,
        8_000,
    ];

    private static readonly int[] s_channels = [1, 2, 4, 6, 8, .. Enumerable.Range(1, AudioFormat.MaxChannels).Except([1, 2, 4, 6, 8])];

    // What has 8 bits only is better than nothing, and worse than anything else.
    private static readonly AudioEncoding[][] s_encodings =
    [
        [AudioEncoding.Int16, AudioEncoding.Float32, AudioEncoding.Int32, AudioEncoding.Int24],
        [AudioEncoding.UInt8],
    ];

    public static IEnumerable<AudioFormat> Candidates(MicrophoneConstraints constraints)
    {
        int[] rates = constraints.SampleRate is { } rate ? [rate] : s_rates;
        int[] channels = constraints.Channels is { } count ? [count] : s_channels;
        return from encodings in s_encodings
            from r in rates
            from c in channels
            from encoding in encodings
            select new AudioFormat(r, c, encoding);
    }
}
