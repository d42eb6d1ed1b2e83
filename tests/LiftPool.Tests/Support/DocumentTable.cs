namespace LiftPool.Tests;

/// <summary>The tables of docs/testing.md that a test prints.</summary>
internal static class DocumentTable
{
    /// <summary>The lines of the table after the comment of that name.</summary>
    internal static string[] After(string name)
    {
        var page = Pages.Text("docs/testing.md");
        var mark = $"<!-- {name} -->\n";
        page.Should().Contain(mark);
        var from = page.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        return [.. page[from..].Split('\n').TakeWhile(line => line.StartsWith('|'))];
    }
}
