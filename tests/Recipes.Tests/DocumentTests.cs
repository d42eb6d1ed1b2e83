namespace Recipes.Tests;

/// <summary>docs/recipes.md shows the recipes as they are.</summary>
public class DocumentTests
{
    private const int Lines = 60;
    private const int Columns = 100;

    private static readonly string[] Recipes =
    [
        .. Directory.GetFiles(Page.Sources, "*.cs")
            .Where(file => Path.GetFileName(file) != "Program.cs")
            .Select(file => File.ReadAllText(file).ReplaceLineEndings("\n")),
    ];

    [Fact]
    public void Every_recipe_stands_in_the_page_to_the_letter()
    {
        Recipes.Should().HaveCount(8);
        Page.Programs.Should().BeEquivalentTo(Recipes);
    }

    [Fact]
    public void Every_recipe_fits_a_page()
        => Recipes.Select(recipe => recipe.TrimEnd().Split('\n')).Should().OnlyContain(
            lines => lines.Length <= Lines && lines.All(line => line.Length <= Columns));
}
