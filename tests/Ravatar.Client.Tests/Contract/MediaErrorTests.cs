using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The table "Media Errors" of RAVATAR's error page.</summary>
public sealed class MediaErrorTests
{
    [Theory]
    [InlineData(nameof(AudioErrorCode.PermissionDenied), "permission_denied", "permission")]
    [InlineData(nameof(AudioErrorCode.NoSpecifiedMediaFound), "no_specified_media_found", "No microphone found")]
    [InlineData(nameof(AudioErrorCode.MediaInUse), "media_in_use", "Microphone in use")]
    [InlineData(nameof(AudioErrorCode.InvalidMediaConstraints), "invalid_media_constraints", "default constraints")]
    [InlineData(nameof(AudioErrorCode.NoConstraints), "no_constraints", "default audio constraints")]
    [InlineData(nameof(AudioErrorCode.RecorderError), "recorder_error", "Restart recording")]
    [InlineData(nameof(AudioErrorCode.MediaAborted), "media_aborted", "retry")]
    public void Each_code_has_the_guides_name_and_handling(string member, string code, string handling)
    {
        AudioErrorCode value = (AudioErrorCode)typeof(AudioErrorCode).GetProperty(member)!.GetValue(null)!;
        Assert.Equal(code, value.Value);
        RavatarAudioException error = new(value, "It failed.");
        Assert.Equal(value, error.Code);
        Assert.Contains(handling, error.Recommendation, StringComparison.Ordinal);
    }
}
