using static LiftPool.Tests.Numbers;

namespace LiftPool.Tests;

/// <summary>Reductions, with the plain split as scheme: of [[1, 2], [3, 4]] it makes LL = 4, LH = 2, HL = 3, HH = 1.</summary>
public sealed class HandWorkedReductionTests
{
    private const Bands2d NoHL = Bands2d.LL | Bands2d.LH | Bands2d.HH;

    [Theory]
    [InlineData(Bands2d.All, 10)]
    [InlineData(NoHL, 7)]
    [InlineData(Bands2d.HL, 3)]
    public void Sum_adds_the_chosen_bands(Bands2d bands, double wanted)
        => ShouldPool(bands, BandReduction.Sum, wanted);

    [Theory]
    [InlineData(Bands2d.All, 10 / 4.0)]
    [InlineData(NoHL, 7 / 3.0)]
    [InlineData(Bands2d.HL, 3)]
    public void Mean_divides_by_the_number_of_chosen_bands(Bands2d bands, double wanted)
        => ShouldPool(bands, BandReduction.Mean, wanted);

    [Theory]
    [InlineData(Bands2d.All, new double[] { 4, 2, 3, 1 })]
    [InlineData(Bands2d.HH | Bands2d.LL, new double[] { 4, 1 })]
    [InlineData(Bands2d.HL, new double[] { 3 })]
    public void Concat_puts_the_bands_in_the_order_of_their_names(Bands2d bands, double[] wanted)
        => ShouldPool(bands, BandReduction.Concat, wanted);

    [Theory]
    [InlineData(Bands2d.All, -2)]
    [InlineData(NoHL, -6)]
    [InlineData(Bands2d.LH | Bands2d.HL, 6)]
    [InlineData(Bands2d.LL, -8)]
    public void Magnitude_adds_the_approximation_and_what_the_details_amount_to(Bands2d bands, double wanted)
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Split(), bands, BandReduction.Magnitude);
        using var learned = new LiftDownPool2d(HandSchemes.Split(), bands, BandReduction.LearnedMagnitude, channels: 1);
        learned.to(ScalarType.Float64);

        // LL = -8, LH = -2, HL = 4, HH = 0.
        var x = Of([1, 1, 2, 2], 0, -2, 4, -8);

        pool.forward(x).ShouldBe(wanted);
        learned.forward(x).ShouldBe(wanted);
    }

    [Fact]
    public void The_gradient_of_a_magnitude_has_the_sign_of_the_detail_and_is_0_at_0()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Split(), reduction: BandReduction.Magnitude);
        var x = Of([1, 1, 2, 2], 0, -2, 4, -8).requires_grad_();

        pool.forward(x).sum().backward();

        x.grad!.ShouldBe(0, -1, 1, 1);
    }

    [Fact]
    public void Concat_keeps_the_channels_of_a_band_together()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Split(), reduction: BandReduction.Concat);

        var output = pool.forward(Of([1, 2, 2, 2], 1, 2, 3, 4, 10, 20, 30, 40));

        output.shape.Should().Equal(1, 8, 1, 1);
        output.ShouldBe(4, 40, 2, 20, 3, 30, 1, 10);
    }

    [Fact]
    public void Learned_starts_as_the_sum()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Split(), reduction: BandReduction.Learned, channels: 2);
        pool.to(ScalarType.Float64);

        var output = pool.forward(Of([1, 2, 2, 2], 1, 2, 3, 4, 10, 20, 30, 40));

        pool.get_parameter("gain")!.shape.Should().Equal(4, 2);
        output.ShouldBe(10, 100);
    }

    [Fact]
    public void Learned_weighs_each_chosen_band_in_each_channel()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Split(), Bands2d.LL | Bands2d.HL, BandReduction.Learned, channels: 2);
        pool.to(ScalarType.Float64);
        using (no_grad())
        {
            // A row a band, a column a channel.
            pool.get_parameter("gain")!.copy_(Of([2, 2], 1, -1, 5, 0.5));
        }

        var output = pool.forward(Of([1, 2, 2, 2], 1, 2, 3, 4, 10, 20, 30, 40));

        // Channel 0: 1 * 4 + 5 * 3; channel 1: -1 * 40 + 0.5 * 30.
        output.ShouldBe(19, -25);
    }

    private static void ShouldPool(Bands2d bands, BandReduction reduction, params double[] wanted)
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(HandSchemes.Split(), bands, reduction);

        pool.forward(Of([1, 1, 2, 2], 1, 2, 3, 4)).ShouldBe(wanted);
    }
}
