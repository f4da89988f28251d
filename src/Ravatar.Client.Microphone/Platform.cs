#if NETSTANDARD2_0
using System.Runtime.InteropServices;
#endif

namespace Ravatar.Client;

/// <summary>The system this runs on, asked in each target's own way.</summary>
internal static class Platform
{
#if NETSTANDARD2_0
    public static bool IsLinux => RuntimeInformation.IsOSPlatform(OSPlatform.Linux);

    public static bool IsWindows => RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
#else
    public static bool IsLinux => OperatingSystem.IsLinux();

    public static bool IsWindows => OperatingSystem.IsWindows();
#endif
}
