using System.Text.RegularExpressions;

namespace LiftPool.Tests;

/// <summary>
/// The C# of README.md is the C# of ReadmeSnippets.cs, which compiles and runs, and that of docs/wavelets.md the C# of
/// WaveletsSnippets.cs. A diff has to lead from one snippet to another.
/// </summary>
public partial class ReadmeTests
{
    public static TheoryData<string, string> Documents => new()
    {
        { "README.md", "ReadmeSnippets.cs" },
        { "wavelets.md", "WaveletsSnippets.cs" },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_block_of_code_in_a_document_is_a_snippet_that_runs(string document, string snippets)
    {
        var blocks = CodeIn(Resource(document)).ToArray();

        blocks.Should().NotBeEmpty();
        blocks.Where(block => !SnippetsIn(Resource(snippets)).ContainsValue(block)).Should().BeEmpty(
            "each has to stand in {0}, between \"// README: name\" or \"// DOCS: name\" and its end", snippets);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_snippet_is_a_block_of_its_document(string document, string snippets)
    {
        var blocks = CodeIn(Resource(document)).ToHashSet();

        SnippetsIn(Resource(snippets)).Where(snippet => !blocks.Contains(snippet.Value)).Select(snippet => snippet.Key).Should().BeEmpty(
            "a snippet that no reader sees is not needed");
    }

    [Fact]
    public void Blocks_and_snippets_are_compared_but_for_their_indentation()
    {
        var snippets = SnippetsIn("""
                // README: one
                if (x)
                {
                    y();
                }
                // README end
            // README: two
            z();
            // README end
            """);
        var blocks = CodeIn("""
            ```csharp
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

    [Theory]
    [MemberData(nameof(Documents))]
    public void No_snippet_is_left_open(string document, string snippets)
        => Opening().Count(Resource(snippets)).Should().Be(SnippetsIn(Resource(snippets)).Count, "{0} shows each to its end", document);

    /// <summary>The C# blocks as they stand, and what each diff leads from and to.</summary>
    private static IEnumerable<string> CodeIn(string markdown)
    {
        foreach (Match block in Block().Matches(markdown))
        {
            var (language, text) = (block.Groups["language"].Value, block.Groups["text"].Value);
            if (language == "csharp")
            {
                yield return Dedented(text);
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

    private static string Side(string diff, char without)
        => Dedented(string.Join('\n', diff.Split('\n').Where(line => !line.StartsWith(without)).Select(line => line.Length > 0 ? line[1..] : line)));

    private static string Dedented(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd()).ToArray();
        var indentation = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indentation..] : line)).Trim('\n');
    }

    internal static string Resource(string name)
    {
        using var stream = typeof(ReadmeTests).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded in the test assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(
        @"^ *// (README|DOCS): (?<name>[^\n]*)\n(?<text>.*?)^ *// (README|DOCS) end$",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^ *// (README|DOCS): ", RegexOptions.Multiline)]
    private static partial Regex Opening();
}
