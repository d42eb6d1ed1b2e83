using System.Text.RegularExpressions;

namespace LiftPool.Tests;

/// <summary>
/// The C# of every page is code that compiles and runs: what stands in a test between "// DOCS: name" and "// DOCS end", or the whole
/// file of a recipe. A diff leads from one such piece to another.
/// </summary>
public partial class SnippetTests
{
    private const string Self = "tests/LiftPool.Tests/Documents/SnippetTests.cs";

    // Of a complete program: what the tests have anyway.
    private static readonly string[] Usings = ["using LiftPool;", "using TorchSharp;", "using static TorchSharp.torch;"];

    private static readonly string[] Languages = ["", "csharp", "diff", "bibtex", "fsharp", "python", "xml"];

    private static readonly string[] Sources = [.. Pages.Files("tests", "*.cs").Where(file => file != Self)];

    private static readonly HashSet<string> Running =
    [
        .. Sources.SelectMany(file => SnippetsIn(Pages.Text(file)).Values),
        .. Pages.Files("samples", "*.cs").Select(file => Dedented(Pages.Text(file))),
    ];

    public static TheoryData<string> PagesWithCode => [.. Pages.All.Where(page => CodeIn(Pages.Text(page)).Any())];

    public static TheoryData<string> FilesWithSnippets => [.. Sources.Where(file => Opening().IsMatch(Pages.Text(file)))];

    [Theory]
    [MemberData(nameof(PagesWithCode))]
    public void Every_block_of_code_in_a_page_runs(string page)
        => CodeIn(Pages.Text(page)).Where(block => !Running.Contains(block)).Should().BeEmpty(
            "each of {0} has to stand in a test, between \"// DOCS: name\" and its end, or be a whole recipe", page);

    [Theory]
    [MemberData(nameof(FilesWithSnippets))]
    public void Every_snippet_is_a_block_of_a_page(string file)
    {
        var blocks = Pages.All.SelectMany(page => CodeIn(Pages.Text(page))).ToHashSet();

        SnippetsIn(Pages.Text(file)).Where(snippet => !blocks.Contains(snippet.Value)).Select(snippet => snippet.Key).Should().BeEmpty(
            "a snippet of {0} that no reader sees is not needed", file);
    }

    [Theory]
    [MemberData(nameof(FilesWithSnippets))]
    public void No_snippet_is_left_open(string file)
        => Opening().Count(Pages.Text(file)).Should().Be(SnippetsIn(Pages.Text(file)).Count, "{0} shows each to its end", file);

    [Fact]
    public void No_block_hides_behind_another_name_of_its_language()
        => Pages.All.SelectMany(page => Block().Matches(Pages.Text(page)).Select(block => block.Groups["language"].Value))
            .Should().BeSubsetOf(Languages);

    [Fact]
    public void Blocks_and_snippets_are_compared_but_for_their_indentation_and_the_usual_usings()
    {
        var snippets = SnippetsIn("""
                // DOCS: one
                if (x)
                {
                    y();
                }
                // DOCS end
            // DOCS: two
            z();
            // DOCS end
            """);
        var blocks = CodeIn("""
            ```csharp
            using LiftPool;
            using static TorchSharp.torch;

            if (x)
            {
                y();
            }
            ```
            ```diff
             same();
            -z();
            +y();
            ```
            ```
            plain text
            ```
            """);

        snippets.Keys.Should().Equal("one", "two");
        blocks.Should().Equal("if (x)\n{\n    y();\n}", "same();\nz();", "same();\ny();");
        snippets["one"].Should().Be("if (x)\n{\n    y();\n}");
        snippets["two"].Should().Be("z();");
    }

    /// <summary>The C# blocks as they stand, and what each diff leads from and to.</summary>
    private static IEnumerable<string> CodeIn(string markdown)
    {
        foreach (Match block in Block().Matches(markdown))
        {
            var (language, text) = (block.Groups["language"].Value, block.Groups["text"].Value);
            if (language == "csharp")
            {
                // A file that is shown whole keeps its usings.
                var whole = Dedented(text);
                yield return Running.Contains(whole) ? whole : WithoutUsings(whole);
            }
            else if (language == "diff")
            {
                yield return Side(text, without: '+');
                yield return Side(text, without: '-');
            }
        }
    }

    private static Dictionary<string, string> SnippetsIn(string source)
        => Snippet().Matches(source).ToDictionary(snippet => snippet.Groups["name"].Value, snippet => Dedented(snippet.Groups["text"].Value));

    private static string WithoutUsings(string text)
        => string.Join('\n', text.Split('\n').SkipWhile(line => Usings.Contains(line))).Trim('\n');

    private static string Side(string diff, char without)
        => Dedented(string.Join('\n', diff.Split('\n').Where(line => !line.StartsWith(without)).Select(line => line.Length > 0 ? line[1..] : line)));

    private static string Dedented(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd()).ToArray();
        var indentation = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indentation..] : line)).Trim('\n');
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^ *// DOCS: (?<name>[^\n]*)\n(?<text>.*?)^ *// DOCS end$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^ *// DOCS: ", RegexOptions.Multiline)]
    private static partial Regex Opening();
}
