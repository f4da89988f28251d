using System.Runtime.InteropServices;
using System.Text;

namespace Ravatar.Client;

/// <summary>The few functions of <c>libasound.so.2</c> (alsa-lib 1.x) that capture needs. All arguments are plain numbers and pointers.</summary>
internal static unsafe class AlsaNative
{
    public const int StreamCapture = 1;
    public const int OpenNonBlocking = 1;
    public const int AccessInterleaved = 3;

    // <asm-generic/errno.h>; ALSA returns them negated.
    public const int NotPermitted = -1;
    public const int NotFound = -2;
    public const int InputOutput = -5;
    public const int TryAgain = -11;
    public const int AccessDenied = -13;
    public const int Busy = -16;
    public const int NoDevice = -19;
    public const int Invalid = -22;
    public const int BrokenPipe = -32;
    public const int Suspended = -86;
    public const int ConnectionRefused = -111;

    private const string Library = "libasound.so.2";

    // The library prints to stderr otherwise. Kept here so that it is never collected.
    private static readonly ErrorHandler s_silence = static (_, _, _, _, _) => { };
    private static readonly Lazy<bool> s_ready = new(Prepare);

    // Really variadic: the arguments behind the fifth are ours to ignore.
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void ErrorHandler(IntPtr file, int line, IntPtr function, int error, IntPtr format);

    /// <summary>Loads the library and silences it.</summary>
    /// <exception cref="RavatarAudioException">It is not installed.</exception>
    public static void EnsureReady()
    {
        try
        {
            _ = s_ready.Value;
        }
        catch (DllNotFoundException e)
        {
            throw new RavatarAudioException(AudioErrorCode.RecorderError, "The ALSA library libasound.so.2 is not installed.", e)
            {
                Recommendation =
                    "Install it: the package is libasound2 (libasound2t64) on Debian and Ubuntu, alsa-lib on Fedora, Alpine and Arch;"
                    + " for PulseAudio or PipeWire also libasound2-plugins (alsa-plugins-pulseaudio).",
            };
        }
    }

    public static string Describe(int error) => Text(snd_strerror(error)) ?? FormattableString.Invariant($"error {error}");

    public static string? Text(IntPtr text)
    {
        if (text == IntPtr.Zero)
        {
            return null;
        }
        byte* start = (byte*)text;
        int length = 0;
        while (start[length] != 0)
        {
            length++;
        }
        return Encoding.UTF8.GetString(start, length);
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [DllImport(Library)]
    public static extern int snd_pcm_open(IntPtr* pcm, byte* name, int stream, int mode);

    [DllImport(Library)]
    public static extern int snd_pcm_close(IntPtr pcm);

    [DllImport(Library)]
    public static extern int snd_pcm_set_params(
        IntPtr pcm,
        int format,
        int access,
        uint channels,
        uint rate,
        int softResample,
        uint latencyMicroseconds
    );

    [DllImport(Library)]
    public static extern int snd_pcm_get_params(IntPtr pcm, UIntPtr* bufferFrames, UIntPtr* periodFrames);

    [DllImport(Library)]
    public static extern int snd_pcm_prepare(IntPtr pcm);

    [DllImport(Library)]
    public static extern int snd_pcm_start(IntPtr pcm);

    [DllImport(Library)]
    public static extern int snd_pcm_drop(IntPtr pcm);

    [DllImport(Library)]
    public static extern int snd_pcm_resume(IntPtr pcm);

    [DllImport(Library)]
    public static extern int snd_pcm_wait(IntPtr pcm, int milliseconds);

    [DllImport(Library)]
    public static extern IntPtr snd_pcm_readi(IntPtr pcm, byte* buffer, UIntPtr frames);

    [DllImport(Library)]
    public static extern int snd_config_update_free_global();

    [DllImport(Library)]
    public static extern int snd_device_name_hint(int card, byte* kind, IntPtr** hints);

    [DllImport(Library)]
    public static extern IntPtr snd_device_name_get_hint(IntPtr hint, byte* id);

    [DllImport(Library)]
    public static extern int snd_device_name_free_hint(IntPtr* hints);

    [DllImport("libc")]
    public static extern void free(IntPtr memory);

    [DllImport("libc")]
    public static extern int access(byte* path, int mode);

    [DllImport(Library)]
    private static extern IntPtr snd_strerror(int error);

    [DllImport(Library)]
    private static extern int snd_lib_error_set_handler(IntPtr handler);

    private static bool Prepare()
    {
        _ = snd_lib_error_set_handler(Marshal.GetFunctionPointerForDelegate(s_silence));
        return true;
    }
}
