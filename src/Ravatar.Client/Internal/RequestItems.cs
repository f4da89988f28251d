namespace Ravatar.Client;

/// <summary>What a request carries for the handlers on its way, under whatever name the platform has for it.</summary>
internal static class RequestItems
{
    public static void Set<T>(HttpRequestMessage request, string key, T value)
        where T : class
    {
#if NETSTANDARD2_0
        request.Properties[key] = value;
#else
        request.Options.Set(new HttpRequestOptionsKey<T>(key), value);
#endif
    }

    public static T? Get<T>(HttpRequestMessage request, string key)
        where T : class
    {
#if NETSTANDARD2_0
        return request.Properties.TryGetValue(key, out object? value) ? value as T : null;
#else
        return request.Options.TryGetValue(new HttpRequestOptionsKey<T>(key), out T? value) ? value : null;
#endif
    }

    public static void Copy(HttpRequestMessage from, HttpRequestMessage to)
    {
#if NETSTANDARD2_0
        foreach (KeyValuePair<string, object> item in from.Properties)
        {
            to.Properties[item.Key] = item.Value;
        }
#else
        foreach (KeyValuePair<string, object?> item in from.Options)
        {
            ((IDictionary<string, object?>)to.Options)[item.Key] = item.Value;
        }
#endif
    }
}
