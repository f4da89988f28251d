namespace Ravatar.Client;

/// <summary>What ALSA knows of microphones.</summary>
internal static unsafe class AlsaDevices
{
    private const int ReadAndWrite = 6;

    public static IReadOnlyList<MicrophoneDevice> List()
    {
        AlsaNative.EnsureReady();
        IntPtr* hints = null;
        int error;
        fixed (byte* kind = AlsaNative.Bytes("pcm"))
        {
            error = AlsaNative.snd_device_name_hint(-1, kind, &hints);
        }
        if (error < 0)
        {
            throw new RavatarAudioException(
                AudioErrorCode.RecorderError,
                "ALSA cannot list its devices: " + AlsaNative.Describe(error) + "."
            );
        }
        var devices = new List<MicrophoneDevice>();
        for (IntPtr* hint = hints; *hint != IntPtr.Zero; hint++)
        {
            string? id = Hint(*hint, "NAME");
            // A device that does not say does both.
            if (id is not (null or "null") && Hint(*hint, "IOID") is null or "Input")
            {
                string name = (Hint(*hint, "DESC") ?? id!).Replace("\n", ", ");
                devices.Add(new MicrophoneDevice(id!, name, IsDefault: id == "default"));
            }
        }
        _ = AlsaNative.snd_device_name_free_hint(hints);
        devices.Sort(static (a, b) => b.IsDefault.CompareTo(a.IsDefault));
        return devices;
    }

    /// <summary>Whether there are capture devices, and this process may use none of them.</summary>
    public static bool AreAllForbidden()
    {
        if (!Directory.Exists("/dev/snd"))
        {
            return false;
        }
        string[] nodes;
        try
        {
            nodes = Directory.GetFiles("/dev/snd", "pcmC*c");
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        return nodes.Length > 0 && nodes.All(static node => !MayUse(node));
    }

    private static bool MayUse(string path)
    {
        fixed (byte* name = AlsaNative.Bytes(path))
        {
            return AlsaNative.access(name, ReadAndWrite) == 0;
        }
    }

    private static string? Hint(IntPtr hint, string id)
    {
        fixed (byte* name = AlsaNative.Bytes(id))
        {
            IntPtr text = AlsaNative.snd_device_name_get_hint(hint, name);
            string? value = AlsaNative.Text(text);
            AlsaNative.free(text);
            return value;
        }
    }
}
