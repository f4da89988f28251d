using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Tests whose clock is moved when nothing moves: they run alone, as others' work on the thread pool would look like their own.</summary>
[CollectionDefinition(DisableParallelization = true)]
public class ModelCollection;
