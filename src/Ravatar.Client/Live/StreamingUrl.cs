using System.Text;

namespace Ravatar.Client;

/// <summary>
/// The <c>streamingUrl</c> of a session. What the server sends here ends up in a web view: only http and https are accepted, and no credentials.
/// </summary>
internal sealed class StreamingUrl
{
    private const int Longest = 8 * 1024;
    private const string TokenName = "token";

    private readonly string _beforeQuery;
    private readonly IReadOnlyList<string> _parameters;
    private readonly string _fragment;

    private StreamingUrl(string beforeQuery, IReadOnlyList<string> parameters, string fragment) =>
        (_beforeQuery, _parameters, _fragment) = (beforeQuery, parameters, fragment);

    /// <summary>Reads the server's value; null with the problem, as the end of a sentence, where it cannot be used.</summary>
    /// <param name="value">The value of <c>streamingUrl</c>.</param>
    /// <param name="allowInsecure">Whether http stays http for hosts other than this machine. Otherwise it becomes https, as the public web client does.</param>
    /// <param name="problem">What is wrong with it; without quoting it, as it may hold anything.</param>
    public static StreamingUrl? Parse(string? value, bool allowInsecure, out string? problem)
    {
        problem = Judge(value, out Uri? address);
        if (problem is not null)
        {
            return null;
        }
        string text = address!.AbsoluteUri;
        if (address.Scheme == "http" && !allowInsecure && !address.IsLoopback)
        {
            text = text.Insert("http".Length, "s");
        }
        int hash = text.IndexOf('#');
        string fragment = hash < 0 ? "" : text.Substring(hash);
        text = hash < 0 ? text : text.Remove(hash);
        int mark = text.IndexOf('?');
        string query = mark < 0 ? "" : text.Substring(mark + 1);
        string[] parameters = query.Length == 0 ? [] : query.Split('&');
        return new StreamingUrl(mark < 0 ? text : text.Remove(mark), parameters, fragment);
    }

    /// <summary>The page's address for this token: as <c>URL.searchParams.set</c> would make it, all else as it was.</summary>
    public Uri WithToken(string token)
    {
        StringBuilder text = new(_beforeQuery, _beforeQuery.Length + token.Length + 64);
        string own = TokenName + "=" + Uri.EscapeDataString(token);
        bool set = false;
        char separator = '?';
        foreach (string parameter in _parameters)
        {
            bool isToken = IsToken(parameter);
            if (isToken && set)
            {
                continue;
            }
            text.Append(separator).Append(isToken ? own : parameter);
            set |= isToken;
            separator = '&';
        }
        if (!set)
        {
            text.Append(separator).Append(own);
        }
        return new Uri(text.Append(_fragment).ToString());
    }

    /// <summary>Without query and fragment, which may hold anything.</summary>
    public override string ToString() => _beforeQuery;

    private static string? Judge(string? value, out Uri? address)
    {
        address = null;
        if (string.IsNullOrWhiteSpace(value))
        {
            return "holds no streamingUrl";
        }
        if (value!.Length > Longest)
        {
            return FormattableString.Invariant($"holds a streamingUrl of more than {Longest} characters");
        }
        if (!Uri.TryCreate(value.Trim(), UriKind.Absolute, out address))
        {
            return "holds a streamingUrl that is no absolute address";
        }
        if (address.Scheme is not ("http" or "https") || address.Host.Length == 0)
        {
            return $"holds a streamingUrl with the scheme \"{address.Scheme}\": only http and https are shown";
        }
        return address.UserInfo.Length > 0 ? "holds a streamingUrl with credentials" : null;
    }

    private static bool IsToken(string parameter)
    {
        int equals = parameter.IndexOf('=');
        string name = equals < 0 ? parameter : parameter.Remove(equals);
        return Uri.UnescapeDataString(name.Replace('+', ' ')) == TokenName;
    }
}
