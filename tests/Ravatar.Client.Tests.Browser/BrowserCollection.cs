using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>One after the other: a browser beside another makes both slow.</summary>
[CollectionDefinition(DisableParallelization = true)]
public class BrowserCollection : ICollectionFixture<Chromium>;
