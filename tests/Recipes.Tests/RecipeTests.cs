using System.Globalization;
using System.Text.RegularExpressions;

namespace Recipes.Tests;

/// <summary>Each recipe does what docs/recipes.md says of it, and prints what stands there.</summary>
public sealed partial class RecipeTests
{
    private static readonly string Data = Path.Combine(Page.Root, "samples", "data");
    private static readonly string Garments = Path.Combine(Data, "fashion-mnist");

    [Fact]
    public void The_classifier_knows_most_garments_after_half_a_pass()
        => Numbers(Run("classifier", Garments)).Should().HaveCount(2).And.HaveElementAt(1, 2000).And.Subject.First().Should().BeGreaterThan(70);

    [Fact]
    public void The_U_Net_finds_discs_and_rings()
        => Numbers(Run("u-net")).Should().ContainSingle().Which.Should().BeGreaterThan(80);

    [Fact]
    public void The_SegNet_finds_lines_of_one_pixel()
    {
        var right = Numbers(Run("segnet"));

        right[0].Should().BeGreaterThan(97);
        right[1].Should().BeGreaterThan(80);
    }

    [Fact]
    public void The_autoencoder_draws_better_than_means_of_as_many_numbers()
    {
        var decibels = Numbers(Run("autoencoder", Garments))[^2..];

        decibels[1].Should().BeGreaterThan(decibels[0] + 1);
    }

    [Fact]
    public void The_rhythms_are_told_apart()
        => Numbers(Run("ecg"))[^2].Should().BeGreaterThan(80);

    [Fact]
    public void The_shapes_of_volumes_are_told_apart()
        => Numbers(Run("volumes"))[^2].Should().BeGreaterThan(85);

    [Fact]
    public void Noise_is_measured_and_taken_away()
    {
        var numbers = Numbers(Run("denoising", Path.Combine(Data, "photos", "astronaut.png")));
        var (deviation, before, after) = (numbers[0], numbers[2], numbers[3]);

        deviation.Should().BeInRange(19, 21);
        before.Should().BeApproximately(20 * Math.Log10(255.0 / 20), 0.1);
        after.Should().BeGreaterThan(before + 5);
    }

    [Fact]
    public void A_photograph_comes_back_bit_for_bit_from_far_fewer_bits()
    {
        var output = Run("lossless", Path.Combine(Data, "photos", "more", "camera.png"));
        var bits = Numbers(output);

        output.Should().EndWith("restored bit for bit: True\n");
        bits[0].Should().BeInRange(7, 8);
        bits[1].Should().BeLessThan(0.65 * bits[0]);
    }

    [Theory]
    [InlineData]
    [InlineData("resnet")]
    public void An_unknown_recipe_is_answered_by_the_list(params string[] args)
    {
        var before = Console.Error;
        using var complained = new StringWriter();
        Console.SetError(complained);
        try
        {
            Program.Main(args).Should().Be(2);
        }
        finally
        {
            Console.SetError(before);
        }

        complained.ToString().Should().Contain("classifier, u-net, segnet, autoencoder, ecg, volumes, denoising, lossless");
    }

    private static string Run(params string[] args)
    {
        var before = Console.Out;
        using var said = new StringWriter();
        Console.SetOut(said);
        try
        {
            Program.Main(args).Should().Be(0);
        }
        finally
        {
            Console.SetOut(before);
        }

        var output = said.ToString().ReplaceLineEndings("\n");
        Page.Outputs.Select(Page.WithoutNumbers).Should().Contain(Page.WithoutNumbers(output), "docs/recipes.md shows it");
        return output;
    }

    private static double[] Numbers(string output)
        => [.. Number().Matches(output).Select(number => double.Parse(number.Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Number();
}
