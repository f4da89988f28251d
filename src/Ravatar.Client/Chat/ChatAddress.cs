namespace Ravatar.Client;

/// <summary>The chat socket's address: <c>/ws/chat?token={jwt}</c>, with <c>wss</c> for <c>https</c>.</summary>
internal static class ChatAddress
{
    public static Uri For(RavatarClientOptions options, string token)
    {
        UriBuilder address;
        if (options.ChatAddress is { } own)
        {
            address = new UriBuilder(own);
        }
        else
        {
            address = new UriBuilder(options.BaseAddress);
            address.Scheme = address.Scheme == "https" ? "wss" : "ws";
            address.Path = address.Path.TrimEnd('/') + "/ws/chat";
        }
        address.Query = "token=" + Uri.EscapeDataString(token);
        return address.Uri;
    }
}
