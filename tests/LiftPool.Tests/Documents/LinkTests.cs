using System.Text.RegularExpressions;

namespace LiftPool.Tests;

/// <summary>What a page links to is there: the file, and the heading in it.</summary>
public partial class LinkTests
{
    public static TheoryData<string> Linking => [.. Pages.All.Where(page => LinksIn(page).Any())];

    [Theory]
    [MemberData(nameof(Linking))]
    public void Every_link_leads_somewhere(string page)
        => LinksIn(page).Where(link => !LeadsSomewhere(page, link)).Should().BeEmpty("{0} names files and headings that there are", page);

    [Fact]
    public void The_readme_leads_to_every_page()
    {
        string[] linked = [.. LinksIn("README.md").Select(link => link.Split('#')[0])];

        // Of the results' folder the page about them speaks; the site's front page is the README itself.
        Pages.All.Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && page.Count(letter => letter == '/') == 1)
            .Except(linked).Should().Equal("docs/index.md");
    }

    [Fact]
    public void The_site_s_contents_name_every_page()
    {
        var contents = Pages.Text("docs/toc.yml");

        Pages.All.Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && page != "docs/index.md")
            .Where(page => !contents.Contains($"href: {page["docs/".Length..]}\n", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void Headings_become_anchors_as_the_forges_make_them()
    {
        var anchors = AnchorsIn("""
            # The library's `defaults`, and why
            ## A [link](page.md) in it
            ```
            # no heading
            ```
            ## Twice
            ## Twice
            """);

        anchors.Should().Equal("the-librarys-defaults-and-why", "a-link-in-it", "twice", "twice-1");
    }

    private static IEnumerable<string> LinksIn(string page)
        => Link().Matches(Code().Replace(Pages.Text(page), "")).Select(link => link.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal));

    private static bool LeadsSomewhere(string page, string link)
    {
        var (path, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
        var folder = Path.GetDirectoryName(Path.Combine(Pages.Root, page))!;
        var file = path.Length == 0 ? page : Path.GetRelativePath(Pages.Root, Path.Combine(folder, path)).Replace('\\', '/');
        return IsThere(file) && (anchor is null || AnchorsIn(Pages.Text(file)).Contains(anchor));
    }

    // Letter for letter, on file systems too that are not so strict.
    private static bool IsThere(string file)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Pages.Root, file))!;
        return !file.StartsWith("..", StringComparison.Ordinal)
            && Directory.Exists(folder)
            && Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Contains(Path.GetFileName(file));
    }

    private static List<string> AnchorsIn(string markdown)
    {
        var anchors = new List<string>();
        foreach (Match heading in Heading().Matches(Fence().Replace(markdown, "")))
        {
            var text = Link().Replace(heading.Groups["text"].Value, "${text}").ToLowerInvariant();
            var anchor = string.Concat(text.Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')).Replace(' ', '-');
            var before = anchors.Count(other => other == anchor);
            anchors.Add(before == 0 ? anchor : $"{anchor}-{before}");
        }

        return anchors;
    }

    [GeneratedRegex(@"^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^```.*?^```$|`[^`\n]*`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"!?\[(?<text>[^\]]*)\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} (?<text>[^\n]*?) *$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
