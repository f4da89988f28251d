using System.Net;
using System.Net.WebSockets;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>What carries a socket's upgrade. Alone, as the default proxy belongs to the whole process.</summary>
[Collection<ModelCollection>]
public sealed class WebSocketTransportTests
{
    [Fact]
    public async Task No_proxy_means_none_and_not_the_system_s()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync();
        IWebProxy systems = HttpClient.DefaultProxy;
        AskedProxy asked = new();
        HttpClient.DefaultProxy = asked;
        try
        {
            using ClientWebSocket socket = new();
            HttpMessageInvoker usual = WebSocketTransport.For(socket.Options);
            socket.Options.Proxy = null;
            using HttpMessageInvoker direct = WebSocketTransport.For(socket.Options);
            Assert.NotSame(usual, direct);
            using HttpRequestMessage request = new(HttpMethod.Get, server.BaseAddress);
            using HttpResponseMessage response = await direct.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(0, asked.Times);
        }
        finally
        {
            HttpClient.DefaultProxy = systems;
        }
    }

    private sealed class AskedProxy : IWebProxy
    {
        public int Times { get; private set; }

        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination)
        {
            Times++;
            return null;
        }

        public bool IsBypassed(Uri host)
        {
            Times++;
            return true;
        }
    }
}
