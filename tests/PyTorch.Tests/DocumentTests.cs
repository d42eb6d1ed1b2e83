using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace LiftPool.Tests.PyTorch;

/// <summary>What docs/pytorch.md shows is what runs.</summary>
public partial class DocumentTests(ITestOutputHelper output)
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Python.Root(), "docs", "pytorch.md"));

    [Fact]
    public void The_C_sharp_is_that_of_these_tests()
    {
        var folder = Path.Combine(Python.Root(), "tests", "PyTorch.Tests");
        var sources = Directory.EnumerateFiles(folder, "*.cs").SelectMany(file => Snippet().Matches(File.ReadAllText(file)));

        Blocks("csharp").Should().BeEquivalentTo(sources.Select(snippet => Trimmed(snippet.Groups["text"].Value)));
    }

    [PythonFact]
    public void The_Python_runs()
    {
        using var folder = new TemporaryFolder();
        var code = string.Join('\n', Blocks("python", trimmed: false));
        code.Should().Contain("forward_with_bands");
        File.WriteAllText(folder["document.py"], $"import sys\nsys.path.insert(0, {PythonText(Python.Samples)})\n{code}");

        Python.Run(folder["document.py"]);
    }

    [PythonFact]
    public void The_commands_run()
    {
        using var folder = new TemporaryFolder();
        var commands = Blocks("").SelectMany(block => block.Split('\n')).ToArray();
        commands.Should().HaveCount(6).And.OnlyContain(command => command.StartsWith("python3 samples/PyTorch/", StringComparison.Ordinal));
        foreach (var command in commands)
        {
            // From the repository's root, but for what they write.
            var words = command.Split(' ')[1..];
            var arguments = words[1..].Select(word => word.StartsWith('-') ? word : folder[word]);
            output.WriteLine($"{command}\n{Python.Run(Path.Combine(Python.Root(), words[0]), [.. arguments])}");
        }

        File.Exists(folder["trained/network.onnx"]).Should().BeTrue();
        File.Exists(folder["trained/up.onnx"]).Should().BeTrue();
    }

    private static string[] Blocks(string language, bool trimmed = true)
        => [.. Block().Matches(Document)
            .Where(block => block.Groups["language"].Value == language)
            .Select(block => block.Groups["text"].Value)
            .Select(text => trimmed ? Trimmed(text) : text)];

    private static string Trimmed(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim())).Trim('\n');

    private static string PythonText(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal)}\"";

    [GeneratedRegex(@"^```(?<language>\w*)\r?\n(?<text>.*?)^```\r?$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^ *// DOCS: [^\n]*\n(?<text>.*?)^ *// DOCS end\r?$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Snippet();
}
