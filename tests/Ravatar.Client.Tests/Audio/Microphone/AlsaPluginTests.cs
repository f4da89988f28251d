using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>Devices that ALSA's own plug-ins make of nothing, so that their formats are known. Beside no other captures: the environment is the whole process's.</summary>
[Collection(nameof(MicrophoneTests))]
public sealed class AlsaPluginTests : IDisposable
{
    private static readonly TimeSpan s_guard = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("alsa-plugins").FullName;

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            VirtualMicrophone.SetEnvironment("ALSA_CONFIG_PATH", "");
        }
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_device_with_3_channels_only_is_opened_with_them()
    {
        await ConfigureAsync(
            """
            pcm.three {
              type multi
              slaves.a { pcm { type null } channels 3 }
              bindings { 0 { slave a channel 0 } 1 { slave a channel 1 } 2 { slave a channel 2 } }
            }
            """
        );
        await using IAudioSource microphone = Microphone.Open("three");

        Assert.Equal(3, microphone.Format.Channels);
    }

    [Fact]
    public async Task A_device_with_8_kHz_only_is_opened_with_them()
    {
        await ConfigureAsync(
            """
            pcm.telephone { type plug slave { pcm { type null } rate 8000 } }
            """
        );
        await using IAudioSource microphone = Microphone.Open("telephone");

        Assert.Equal(8_000, microphone.Format.SampleRate);
    }

    [Fact]
    public async Task A_device_that_never_runs_dry_leaves_no_thread_behind()
    {
        await ConfigureAsync("pcm.nothing { type null }");
        await using IAudioSource microphone = Microphone.Open("nothing");
        await microphone.StartAsync();
        Assert.True(await microphone.ReadAsync(new byte[4_800]).AsTask().WaitAsync(s_guard) > 0);
        await microphone.StopAsync().AsTask().WaitAsync(s_guard);

        Assert.True(SpinWait.SpinUntil(() => !IsCapturing(), s_guard));
    }

    private async Task ConfigureAsync(string configuration)
    {
        Needs.Linux();
        Needs.Library("libasound.so.2");
        string path = Path.Combine(_folder, "asound.conf");
        await File.WriteAllTextAsync(path, configuration);
        VirtualMicrophone.SetEnvironment("ALSA_CONFIG_PATH", path);
    }

    // The system keeps 15 letters of a thread's name.
    private static bool IsCapturing() =>
        Directory
            .EnumerateDirectories("/proc/self/task")
            .Any(static task =>
            {
                try
                {
                    return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd() == "Ravatar microphone"[..15];
                }
                catch (IOException)
                {
                    // It has just ended.
                    return false;
                }
            });
}
