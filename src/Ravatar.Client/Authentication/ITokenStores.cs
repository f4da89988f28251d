namespace Ravatar.Client;

/// <summary>The places of all users' tokens.</summary>
internal interface ITokenStores
{
    /// <summary>The place of one user's token in one project.</summary>
    ITokenStore For(string userId, string? projectId);
}
