using System.Globalization;

namespace Ravatar.Client;

/// <summary>What a live session should look like.</summary>
public sealed class LiveOptions
{
    /// <summary>The widest picture the service streams, in pixels.</summary>
    public const int MaxWidth = 1920;

    /// <summary>The highest picture the service streams, in pixels.</summary>
    public const int MaxHeight = 1080;

    /// <summary>The width of the picture in pixels, 1 to 1920: <c>width</c>. Defaults to none, which leaves it to the service.</summary>
    public int? Width { get; init; }

    /// <summary>The height of the picture in pixels, 1 to 1080: <c>height</c>. Defaults to none, which leaves it to the service.</summary>
    public int? Height { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A size is outside its range.</exception>
    internal void Check(string name)
    {
        Check(Width, MaxWidth, nameof(Width), name);
        Check(Height, MaxHeight, nameof(Height), name);
    }

    private static void Check(int? value, int most, string member, string name)
    {
        if (value is < 1 || value > most)
        {
            throw new ArgumentOutOfRangeException(
                name,
                value,
                string.Format(
                    CultureInfo.InvariantCulture,
                    "{0}: it must be 1 to {1} pixels; leave it null for the service's own.",
                    member,
                    most
                )
            );
        }
    }
}
