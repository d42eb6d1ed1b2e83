namespace Experiments.Tests;

/// <summary>The names of the experiments' trained networks.</summary>
public sealed class ModelFileTests
{
    [Fact]
    public void Model_files_differ_with_variant_seed_and_settings_and_have_plain_names()
    {
        var settings = new Settings("data", "data", "results", 100, 100, 100, 1);

        string[] files =
        [
            ModelFiles.Path(settings, "lift LL", 1),
            ModelFiles.Path(settings, "lift-LL", 1),
            ModelFiles.Path(settings, "Lift LL", 1),
            ModelFiles.Path(settings, "a/b\\c: d? *", 1),
            ModelFiles.Path(settings, "lift LL", 2),
            ModelFiles.Path(settings with { Epochs = 2 }, "lift LL", 1),
        ];

        files.Select(file => file.ToUpperInvariant()).Should().OnlyHaveUniqueItems();
        files.Should().OnlyContain(file => Path.GetDirectoryName(file) == Path.Combine("results", "models"));
        files.Should().OnlyContain(file => Path.GetFileName(file).All(c => char.IsAsciiLetterOrDigit(c) || c == '-' || c == '.'));
        ModelFiles.Path(settings, "lift LL", 1).Should().Be(files[0]);
    }
}
