using System.Runtime.Versioning;
using Xunit;

namespace Ravatar.Client.Tests;

public class AssetTests
{
    [Fact]
    public void These_tests_run_on_the_netstandard_asset()
    {
        string? built = typeof(RavatarClient)
            .Assembly.GetCustomAttributes(typeof(TargetFrameworkAttribute), inherit: false)
            .Cast<TargetFrameworkAttribute>()
            .Single()
            .FrameworkName;
        Assert.Equal(".NETStandard,Version=v2.0", built);
    }
}
