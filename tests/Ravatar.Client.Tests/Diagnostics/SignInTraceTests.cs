using System.Collections.Concurrent;
using System.Diagnostics;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Where sign-ins are in traces. Alone, as activities belong to the whole process.</summary>
[Collection<ModelCollection>]
public sealed class SignInTraceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sign_in_is_a_trace_of_its_own_that_is_linked_to_the_call_that_began_it()
    {
        ConcurrentQueue<Activity> spans = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name == "Ravatar.Client",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        await using RavatarClient client = new(new() { UserId = "user-123", BaseAddress = server.BaseAddress });
        await client.GetConfigurationAsync(Token);
        server.Tokens.RevokeAll();
        await client.GetHistoryPageAsync(cancellationToken: Token);
        foreach ((string call, int signIn) in ((string, int)[])[("GET /connection", 0), ("GET /chat", 1)])
        {
            Activity caller = spans.Single(s => s.DisplayName == call);
            Activity jwt = spans.Where(static s => s.DisplayName == "POST /jwt").ElementAt(signIn);
            Assert.Equal(caller.Context, Assert.Single(jwt.Links).Context);
            Assert.NotEqual(caller.TraceId, jwt.TraceId);
            Assert.Null(jwt.ParentId);
            Assert.Empty(caller.Links);
        }
    }
}
