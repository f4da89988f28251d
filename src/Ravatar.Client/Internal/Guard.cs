using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ravatar.Client;

/// <summary>Argument checks that every target has.</summary>
internal static class Guard
{
    public static T NotNull<T>([NotNull] T? value, [CallerArgumentExpression(nameof(value))] string? name = null)
        where T : class => value ?? throw new ArgumentNullException(name);

    public static string NotBlank([NotNull] string? value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        NotNull(value, name);
        return string.IsNullOrWhiteSpace(value) ? throw new ArgumentException("The value is empty or only white space.", name) : value;
    }

    /// <summary>A time that timers can take, doubled: longer than zero, at most one day.</summary>
    public static TimeSpan UpToOneDay(TimeSpan value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value <= TimeSpan.FromDays(1)
            ? Positive(value, name)
            : throw new ArgumentOutOfRangeException(name, value, "The time must be at most one day.");

    public static TimeSpan Positive(TimeSpan value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(name, value, "The time must be longer than zero.");

    public static void NotDisposed(bool disposed, object owner)
    {
        if (disposed)
        {
            throw new ObjectDisposedException(owner.GetType().Name);
        }
    }
}
