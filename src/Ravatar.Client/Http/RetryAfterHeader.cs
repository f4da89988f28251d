using System.Net.Http.Headers;

namespace Ravatar.Client;

/// <summary>The header <c>Retry-After</c> (RFC 9110 section 10.2.3): seconds or a date.</summary>
internal static class RetryAfterHeader
{
    /// <summary>How long the server asks to wait, by this clock; zero for a date that has passed, null where it does not ask.</summary>
    public static TimeSpan? Read(HttpResponseMessage response, TimeProvider time)
    {
        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        if (header?.Delta is { } delta)
        {
            return delta;
        }
        if (header?.Date is not { } date)
        {
            return null;
        }
        TimeSpan wait = date - time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
