namespace LiftPool.Tests;

/// <summary>The pages of the repository as they stand in it, and the code beside them.</summary>
internal static class Pages
{
    private static readonly string[] Built = ["bin", "obj", "artifacts", "TestResults"];

    /// <summary>The folder of the repository, which stands above where this assembly was built to.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Every page: those of the root and of docs, by their path from the root.</summary>
    internal static IReadOnlyList<string> All { get; } = [.. Files("", "*.md").Order(StringComparer.Ordinal)];

    /// <summary>The files under a folder, by their path from the root, without what a build makes.</summary>
    internal static IEnumerable<string> Files(string folder, string pattern)
        => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => Built.Contains(part) || part.StartsWith('.')));

    internal static string Text(string file) => File.ReadAllText(Path.Combine(Root, file)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "LiftPool.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This assembly is outside the repository.");
        }

        return folder;
    }
}
