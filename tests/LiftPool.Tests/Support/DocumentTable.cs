namespace LiftPool.Tests;

/// <summary>The tables of docs/testing.md that a test prints.</summary>
internal static class DocumentTable
{
    /// <summary>The lines of the table after the comment of that name.</summary>
    internal static string[] After(string name)
    {
        var page = ReadmeTests.Resource("testing.md");
        var mark = $"<!-- {name} -->\n";
        page.Should().Contain(mark);
        return [.. page[(page.IndexOf(mark, StringComparison.Ordinal) + mark.Length)..].Split('\n').TakeWhile(line => line.StartsWith('|'))];
    }
}
