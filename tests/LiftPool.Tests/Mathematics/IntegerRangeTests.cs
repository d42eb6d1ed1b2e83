using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// From which magnitude on a lossless scheme's halves may leave the integers of their type. A step adds its gain (the sum of its taps'
/// magnitudes) times the other half, and less than 1 for rounding. Bounds are worked out by hand.
/// </summary>
public sealed class IntegerRangeTests
{
    // d = L + L + 1, then a = L + d / 2 + 1 = 2 L + 1.5, which is the larger one.
    [Theory]
    [InlineData(1, 8_388_607)]      // 2 L + 1.5 <= 2^24
    [InlineData(2, 4_194_302)]      // 2 (2 L + 1.5) + 1.5 <= 2^24
    [InlineData(3, 2_097_150)]      // 8 L + 10.5 <= 2^24
    public void Forward_of_5_3_has_a_largest_magnitude(int axes, long largest)
    {
        Holds(Cdf53(ScalarType.Float32), largest, axes, inverse: false).Should().BeTrue();
        Holds(Cdf53(ScalarType.Float32), largest + 1, axes, inverse: false).Should().BeFalse();
    }

    // The update comes first: a = L + L / 2 + 1, then d = L + a + 1 = 2.5 L + 2.
    [Theory]
    [InlineData(1, 6_710_885)]      // 2.5 L + 2 <= 2^24
    [InlineData(2, 2_684_353)]      // 2.5 (2.5 L + 2) + 2 <= 2^24
    public void Inverse_of_5_3_has_another(int axes, long largest)
    {
        Holds(Cdf53(ScalarType.Float32), largest, axes, inverse: true).Should().BeTrue();
        Holds(Cdf53(ScalarType.Float32), largest + 1, axes, inverse: true).Should().BeFalse();
    }

    [Fact]
    public void The_largest_integer_of_the_type_itself_is_held()
    {
        // 1.5 L + 1 is 2^24 for this L.
        const long Largest = 11_184_810;
        Holds(Halving(), Largest, 1, inverse: false).Should().BeTrue();
        Holds(Halving(), Largest + 1, 1, inverse: false).Should().BeFalse();

        static LiftingScheme Halving() => new([LiftingStep.Predict(LiftingOperators.Filter([0.5]), StepRounding.Down)]);
    }

    [Theory]
    [InlineData(ScalarType.Float64, 9_007_199_254_740_992)]
    [InlineData(ScalarType.Float32, 16_777_216)]
    [InlineData(ScalarType.Float16, 2048)]
    [InlineData(ScalarType.BFloat16, 256)]
    public void A_band_may_hold_the_largest_integer_and_none_beyond(ScalarType dtype, long largest)
    {
        using var scope = NewDisposeScope();
        var band = tensor([largest, -largest, 0]).to(dtype);

        Integers.Checked(band, dtype).Should().BeSameAs(band);
        FluentActions.Invoking(() => Integers.Checked(tensor([0, -largest - 2]).to(ScalarType.Float64), dtype)).Should().Throw<ArgumentException>()
            .WithMessage($"*up to {largest}, for a lossless scheme*");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void No_bound_holds_what_is_not_finite(double value)
        => Holds(Cdf53(ScalarType.Float64), value, 1, inverse: false).Should().BeFalse();

    private static LiftingScheme Cdf53(ScalarType dtype) => LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true, dtype: dtype);

    private static bool Holds(LiftingScheme scheme, double largest, int axes, bool inverse)
    {
        using var own = scheme;
        using var scope = NewDisposeScope();
        var x = tensor([0, 3, -largest, 1]).to(scheme.state_dict().Values.First().dtype);
        return IntegerRange.Holds(scheme.Steps, [ones_like(x), x], axes, inverse);
    }
}
