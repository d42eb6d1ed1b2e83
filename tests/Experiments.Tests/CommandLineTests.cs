extern alias QuickstartSample;
extern alias WaveletSample;

using System.CommandLine;
using QuickstartSample::Quickstart;
using WaveletSample::Wavelets;

namespace Experiments.Tests;

/// <summary>What the samples' command lines have in common, and what they say when they are misused.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("command-line-").FullName;

    [Fact]
    public void Where_a_program_writes_is_spelled_alike()
    {
        var commands = ((RootCommand[])[ExperimentCommands.Root(), WaveletCommands.Root(), QuickstartCommand.Root()])
            .SelectMany(root => root.Subcommands.Prepend(root));

        var outputs = commands.SelectMany(one => one.Options).Where(one => one.Name.StartsWith("--out", StringComparison.Ordinal));

        outputs.Should().HaveCount(9).And.OnlyContain(one => one.Name == "--output" && one.Aliases.Count == 0);
    }

    [Theory]
    [InlineData("clasify: there is no such command; there are classify, cost, robustness, segment, restore, ", "clasify")]
    [InlineData("clasify: there is no such command; there are classify, cost, robustness, segment, restore, ", "clasify", "--quick")]
    [InlineData("--seed: there is no such option", "classify", "--seed", "3")]
    [InlineData("extra: there is no such argument", "report", "extra")]
    public async Task What_is_not_known_is_named(string says, params string[] args)
    {
        var (code, _, errors) = await Programs.Run(ExperimentCommands.Root(), args);

        errors.Should().ContainSingle().Which.Should().StartWith(says);
        code.Should().Be(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("missing")]
    public async Task A_report_of_nothing_is_an_error_and_writes_nothing(string name)
    {
        var output = Path.Combine(folder, name);

        var (code, _, errors) = await Programs.Run(ExperimentCommands.Root(), "report", "--output", output);

        errors.Should().ContainSingle().Which.Should().Contain(output).And.Contain("no results");
        code.Should().Be(2);
        Directory.GetFileSystemEntries(folder).Should().BeEmpty();
    }

    [Theory]
    [InlineData("classify")]
    [InlineData("restore")]
    public async Task Help_has_a_line_for_each_variant(string experiment)
    {
        var (code, output, _) = await Programs.Run(ExperimentCommands.Root(), experiment, "--help");

        var variants = experiment == "classify" ? ClassifyChapter.Defaults.Variants : RestoreChapter.Defaults.Variants;
        code.Should().Be(0);
        foreach (var variant in variants)
        {
            output.Should().ContainSingle(line => line.TrimEnd().EndsWith($"\"{variant}\""), "{0} is one of them", variant);
        }
    }

    [Fact]
    public void A_difference_comes_with_the_range_of_its_runs()
    {
        string Of(double[] max, double[] lift) => Difference.Of(new("max", max), new("lift", lift));

        Of([0.80, 0.82, 0.81], [0.81, 0.85, 0.83]).Should().Be(
            "lift less max: +2.0 points on average of 3 runs, from +1.0 to +3.0; lift is ahead in each.");
        Of([0.80, 0.82], [0.79, 0.84]).Should().Be(
            "lift less max: +0.5 points on average of 2 runs, from -1.0 to +2.0; they do not agree which is ahead.");
        Of([0.80, 0.82], [0.79, 0.79]).Should().EndWith("max is ahead in each.");
        Of([0.80], [0.99]).Should().Be("One run of each says nothing about a difference.");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
