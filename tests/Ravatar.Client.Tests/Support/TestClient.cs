namespace Ravatar.Client.Tests;

/// <summary>A client on a scripted transport and a manual clock.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    public const string ConfigurationJson = """
        {"status":200,"session":"session-1","avatars_info":[{"_id":"avatar-1","name":"Assistant"}],"languages":[{"name":"English","language_code":"en"}]}
        """;

    public TestClient(Action<RavatarClientOptions>? configure = null, Func<double>? randomizer = null)
    {
        RavatarClientOptions options = new() { UserId = "user-123", ProjectId = "proj-abc" };
        configure?.Invoke(options);
        Client = new RavatarClient(RavatarClientOptions.CheckedCopy(options), Server, Logs, Time, randomizer ?? (() => 0.5));
        Server.AnswerWith(ConfigurationJson);
    }

    public ScriptedHandler Server { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    public CollectingLogger Logs { get; } = new();

    public RavatarClient Client { get; }

    /// <summary>Moves the clock to each retry's delay until the task is done.</summary>
    public async Task<T> WithRetriesAsync<T>(Task<T> call)
    {
        await Time.AdvanceUntilAsync(call, TimeSpan.FromSeconds(29)); // delays of retries are shorter than time-outs
        return await call;
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
