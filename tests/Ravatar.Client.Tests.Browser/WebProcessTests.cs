using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Ravatar.Client.Testing;
using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The web sample as a program: how it starts and ends, and whom it refuses.</summary>
public class WebProcessTests
{
    private const string Name = "Ravatar.Samples.Web";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_an_account_it_serves_its_page_before_a_fake_service_and_ends_on_a_signal()
    {
        using SampleProcess process = SampleProcess.Start(Name, ["--urls", "http://127.0.0.1:0"]);
        Uri address = await AddressAsync(process);
        using HttpClient browser = new();
        Assert.Contains("<title>Talk to an avatar</title>", await browser.GetStringAsync(address, Cancel), StringComparison.Ordinal);
        using ClientWebSocket socket = await ConnectAsync(address, new Uri(address, "/").GetLeftPart(UriPartial.Authority));
        await socket.SendAsync("{\"type\":\"start\"}"u8.ToArray(), WebSocketMessageType.Text, true, Cancel);
        Assert.Contains("\"isFake\":true", await ReadAsync(socket), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            SampleResult result = await process.EndAsync();
            Assert.Equal(143, result.ExitCode);
            Assert.Contains("fake RAVATAR server", result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://elsewhere.example")]
    [InlineData("https://127.0.0.1")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task A_socket_from_another_page_is_refused(string? origin)
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync(cancellationToken: Cancel);
        using SampleProcess process = Start(server);
        Uri address = await AddressAsync(process);
        WebSocketException refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(address, origin));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
        Assert.Empty(server.Received.Requests);
    }

    [Fact]
    public async Task A_foreign_name_for_this_machine_is_refused()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync(cancellationToken: Cancel);
        using SampleProcess process = Start(server);
        Uri address = await AddressAsync(process);
        using HttpClient browser = new();
        using HttpRequestMessage request = new(HttpMethod.Get, address) { Headers = { Host = $"rebound.example:{address.Port}" } };
        using HttpResponseMessage response = await browser.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Every_answer_tells_the_browser_what_to_refuse()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync(cancellationToken: Cancel);
        using SampleProcess process = Start(server);
        Uri address = await AddressAsync(process);
        using HttpClientHandler handler = new() { UseCookies = false };
        using HttpClient browser = new(handler);
        foreach (string path in (string[])["", "app.js", "nothing"])
        {
            using HttpResponseMessage response = await browser.GetAsync(new Uri(address, path), Cancel);
            string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        }
        using HttpResponseMessage page = await browser.GetAsync(address, Cancel);
        string cookie = Assert.Single(page.Headers.GetValues("Set-Cookie"));
        Assert.Contains("; samesite=strict; httponly", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beyond_32_pages_it_takes_no_more_and_those_that_go_make_room()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync(cancellationToken: Cancel);
        using SampleProcess process = Start(server);
        Uri address = await AddressAsync(process);
        string origin = address.GetLeftPart(UriPartial.Authority);
        List<ClientWebSocket> pages = [];
        try
        {
            for (int i = 0; i < 32; i++)
            {
                pages.Add(await ConnectAsync(address, origin));
            }
            WebSocketException refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(address, origin));
            Assert.Contains("503", refused.Message, StringComparison.Ordinal);
            await pages[0].CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancel);
            // The room is given back right after the goodbye.
            pages.Add(await ConnectWhenThereIsRoomAsync(address, origin));
        }
        finally
        {
            pages.ForEach(static page => page.Dispose());
        }
    }

    [Theory]
    [InlineData("--urls", "nonsense")]
    [InlineData("--urls", "ftp://localhost")]
    [InlineData("--live-audio", "loud")]
    [InlineData("--nothing", "x")]
    public async Task Nonsense_is_refused_before_anything_starts(string option, string value)
    {
        SampleResult result = await SampleProcess.RunAsync(Name, [option, value]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(option, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told()
    {
        await using FakeRavatarServer server = await FakeRavatarServer.StartAsync(cancellationToken: Cancel);
        SampleResult result = await SampleProcess.RunAsync(Name, ["--urls", server.BaseAddress.GetLeftPart(UriPartial.Authority)]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--urls: the page cannot be served there.", result.Error, StringComparison.Ordinal);
    }

    private static SampleProcess Start(FakeRavatarServer server) =>
        SampleProcess.Start(Name, ["--url", server.BaseAddress.AbsoluteUri, "--user-id", "user-123", "--urls", "http://127.0.0.1:0"]);

    private static async Task<Uri> AddressAsync(SampleProcess process) => new((await process.WaitForOutputAsync("\n")).Trim());

    private static async Task<ClientWebSocket> ConnectAsync(Uri address, string? origin)
    {
        ClientWebSocket socket = new();
        try
        {
            if (origin is not null)
            {
                socket.Options.SetRequestHeader("Origin", origin);
            }
            socket.Options.SetRequestHeader("Cookie", $"ravatar-user={Guid.NewGuid()}");
            await socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/session" }.Uri, Cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<ClientWebSocket> ConnectWhenThereIsRoomAsync(Uri address, string origin)
    {
        while (true)
        {
            try
            {
                return await ConnectAsync(address, origin);
            }
            catch (WebSocketException)
            {
                Cancel.ThrowIfCancellationRequested();
            }
        }
    }

    private static async Task<string> ReadAsync(ClientWebSocket socket)
    {
        byte[] buffer = new byte[65_536];
        ValueWebSocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(), Cancel);
        return Encoding.UTF8.GetString(buffer, 0, result.Count);
    }
}
