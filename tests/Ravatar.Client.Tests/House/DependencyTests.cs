using Xunit;

namespace Ravatar.Client.Tests;

/// <summary>The direction of dependencies: folders are rooms, and a room knows only what its own line says.</summary>
public class DependencyTests
{
    private const string Root = "";

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Internal"] = ["Errors"],
        ["Errors"] = ["Internal"],
        ["Models"] = ["Internal", "Errors"],
        ["Authentication"] = ["Internal", "Errors", "Models"],
        ["Http"] = ["Internal", "Errors", "Models"],
        ["Chat"] = ["Internal", "Errors", "Models"],
        ["Live"] = ["Internal", "Errors", "Models"],
        ["Audio"] = ["Internal", "Errors", "Models"],
        ["Voice"] = ["Internal", "Errors", "Models", "Chat", "Live", "Audio"], // joins audio to where it is heard
        [Root] = ["Internal", "Errors", "Models", "Authentication", "Http", "Chat", "Live", "Audio", "Voice"],
    };

    private static readonly IReadOnlyList<SourceFile> Files = SourceFile.Below("src", "Ravatar.Client");

    [Fact]
    public void Every_folder_is_a_room() => Assert.Empty(Files.Select(static f => f.Room).Distinct().Except(MayUse.Keys));

    [Fact]
    public void Rooms_use_only_what_they_may()
    {
        Dictionary<string, string> roomOf = Files
            .SelectMany(static f => f.DeclaredTypes.Select(type => (Type: type, f.Room)))
            .Distinct()
            .GroupBy(static d => d.Type)
            .ToDictionary(static g => g.Key, static g => HomeOf(g.Key, [.. g.Select(static d => d.Room).Distinct()]));
        Assert.True(roomOf.Count > 80, "The types of the library are not found any more.");
        List<string> wrong =
        [
            .. from file in Files
            from word in file.Words
            let room = roomOf.GetValueOrDefault(word, file.Room)
            where room != file.Room && !MayUse[file.Room].Contains(room)
            select $"{file.Path} ({Name(file.Room)}) uses {word} ({Name(room)})",
        ];
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    /// <summary>A room above may add members to a type, as a part of it; its home is the room below, which knows nothing of them.</summary>
    private static string HomeOf(string type, string[] rooms) =>
        rooms.Length == 1 ? rooms[0] : rooms.Single(room => File.Exists(Repository.Find("src", "Ravatar.Client", room, type + ".cs")));

    private static string Name(string room) => room.Length == 0 ? "root" : room;
}
