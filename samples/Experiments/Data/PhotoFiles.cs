namespace Experiments;

/// <summary>The photographs of a folder and of the folders within it, in order of name.</summary>
internal static class PhotoFiles
{
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg"];

    public static string[] In(string folder) =>
    [
        .. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .OrderBy(Path.GetFileName, StringComparer.Ordinal).ThenBy(file => file, StringComparer.Ordinal),
    ];

    /// <exception cref="InvalidDataException">Fewer photographs than that.</exception>
    public static string[] AtLeast(int least, string folder)
        => In(folder) is var files && files.Length >= least
            ? files
            : throw new InvalidDataException($"{folder}: {files.Length} photographs, expected at least {least} ({string.Join(", ", Endings)})");
}
