namespace Ravatar.Client;

/// <summary>The chat socket's address: <c>/ws/chat?token={jwt}</c>, with <c>wss</c> for <c>https</c>.</summary>
internal static class ChatAddress
{
    public static Uri For(Uri baseAddress, Uri? chatAddress, string token)
    {
        UriBuilder address;
        if (chatAddress is not null)
        {
            address = new UriBuilder(chatAddress);
        }
        else
        {
            address = new UriBuilder(baseAddress);
            address.Scheme = address.Scheme == "https" ? "wss" : "ws";
            address.Path = address.Path.TrimEnd('/') + "/ws/chat";
        }
        address.Query = "token=" + Uri.EscapeDataString(token);
        return address.Uri;
    }
}
