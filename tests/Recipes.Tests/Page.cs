using System.Text.RegularExpressions;

namespace Recipes.Tests;

/// <summary>docs/recipes.md: a program and what it prints, one after the other.</summary>
internal static partial class Page
{
    public static string Root { get; } = FindRoot();

    public static string Sources { get; } = Path.Combine(Root, "samples", "Recipes");

    /// <summary>Its blocks of C#.</summary>
    public static string[] Programs { get; } = Blocks("csharp");

    /// <summary>Its blocks of another kind: the commands, and what each program prints.</summary>
    public static string[] Outputs { get; } = Blocks("");

    /// <summary>A text without its numbers, which differ a little from machine to machine.</summary>
    public static string WithoutNumbers(string text) => Number().Replace(text, "#");

    private static string[] Blocks(string language)
        => [.. Block().Matches(File.ReadAllText(Path.Combine(Root, "docs", "recipes.md")).ReplaceLineEndings("\n"))
            .Where(block => block.Groups["language"].Value == language)
            .Select(block => block.Groups["text"].Value)];

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "LiftPool.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This assembly is outside the repository.");
        }

        return folder;
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@" *\d+(\.\d+)?")]
    private static partial Regex Number();
}
