namespace LiftPool.Tests;

/// <summary>Empty batches, NaN, infinities and half precision.</summary>
public sealed class SpecialValueTests : IClassFixture<OneThread>
{
    private static readonly int[] Dimensions = [1, 2, 3];
    private static readonly ScalarType[] Types = [ScalarType.Float64, ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16];

    public static IEnumerable<object[]> DimensionsAndReductions =>
        from axes in Dimensions
        from reduction in Enum.GetValues<BandReduction>()
        select new object[] { axes, reduction };

    public static IEnumerable<object[]> TypesAndDimensions =>
        from dtype in Types
        from axes in Dimensions
        select new object[] { dtype, axes };

    public static IEnumerable<object[]> HalfTypesAndDimensions => TypesAndDimensions.Where(row => row[0] is ScalarType.BFloat16 or ScalarType.Float16);

    public static TheoryData<ScalarType> AllTypes => new(Types);

    [Theory]
    [MemberData(nameof(DimensionsAndReductions))]
    public void An_empty_batch_gives_empty_results_zero_penalties_and_zero_gradients(int axes, BandReduction reduction)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var pool = AnyPool.Down(axes, 3, reduction: reduction);
        using var up = AnyPool.Up(axes, pool);
        var x = empty([0, 3, .. Enumerable.Repeat(7L, axes)]).requires_grad_();
        using var penalty = new LiftRegularizer();

        var (y, bands) = pool.forward_with_bands(x);
        var restored = up.forward(bands);
        var loss = y.sum().add(restored.sum()).add(penalty.loss());
        loss.backward();

        y.shape[0].Should().Be(0);
        restored.shape.Should().Equal(x.shape);
        loss.item<float>().Should().Be(0);
        x.grad!.shape.Should().Equal(x.shape);
        foreach (var (name, weight) in pool.named_parameters())
        {
            weight.grad.Should().NotBeNull("{0} took part", name);
            weight.grad!.IsExactly(zeros_like(weight)).Should().BeTrue("nothing pulls at {0}", name);
        }
    }

    [Theory]
    [InlineData(PenaltyNorm.MeanSquare)]
    [InlineData(PenaltyNorm.L2)]
    public void The_penalties_of_an_empty_batch_are_zero(PenaltyNorm norm)
    {
        foreach (var axes in Dimensions)
        {
            using var scope = NewDisposeScope();
            using var pool = AnyPool.Down(axes, 3);
            var (c_u, c_p) = pool.penalties(empty([0, 3, .. Enumerable.Repeat(6L, axes)]), norm);

            c_u.item<float>().Should().Be(0);
            c_p.item<float>().Should().Be(0);
        }
    }

    // Kernel 5: a sample reaches the operator's output at two places to each side of its own.
    [Theory]
    [MemberData(nameof(AllTypes))]
    public void A_NaN_in_the_odd_half_reaches_its_own_detail_and_two_approximations_to_each_side(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var (y, bands, restored) = LiftLineWith(double.NaN, at: 20, dtype);

        Places(bands["H"].isnan()).Should().Equal(10);
        Places(bands["L"].isnan()).Should().Equal(8, 9, 10, 11, 12);
        Places(y.isnan()).Should().Equal(8, 9, 10, 11, 12);
        Places(restored.isnan()).Should().Contain(20);
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void A_NaN_in_the_even_half_reaches_two_details_and_four_approximations_to_each_side(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var (y, bands, restored) = LiftLineWith(double.NaN, at: 21, dtype);

        Places(bands["H"].isnan()).Should().Equal(8, 9, 10, 11, 12);
        Places(bands["L"].isnan()).Should().Equal(6, 7, 8, 9, 10, 11, 12, 13, 14);
        Places(y.isnan()).Should().Equal(6, 7, 8, 9, 10, 11, 12, 13, 14);
        Places(restored.isnan()).Should().Contain(21);
    }

    // The pixel at row 20, column 20 is the tenth odd sample of its row and of its column.
    [Theory]
    [MemberData(nameof(AllTypes))]
    public void A_NaN_pixel_reaches_the_bands_along_the_axes_they_are_low_on(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(2, dtype: dtype);
        var x = randn(2, 2, 40, 40).to(dtype);
        x[1, 0, 20, 20] = double.NaN;

        var (y, bands) = pool.forward_with_bands(x);

        Tensor Only(Range rows, Range columns)
        {
            var expected = zeros(2, 2, 20, 20, ScalarType.Bool);
            expected[1, 0].narrow(0, rows.Start.Value, rows.End.Value - rows.Start.Value).narrow(1, columns.Start.Value, columns.End.Value - columns.Start.Value).fill_(true);
            return expected;
        }

        bands.LL.isnan().IsExactly(Only(8..13, 8..13)).Should().BeTrue("LL is low along both");
        bands.LH.isnan().IsExactly(Only(10..11, 8..13)).Should().BeTrue("LH is low along the row");
        bands.HL.isnan().IsExactly(Only(8..13, 10..11)).Should().BeTrue("HL is low down the column");
        bands.HH.isnan().IsExactly(Only(10..11, 10..11)).Should().BeTrue("HH is high along both");
        y.isnan().IsExactly(Only(8..13, 8..13)).Should().BeTrue("the sum has every band's");
    }

    // tanh holds what an operator makes of an infinity to 1, so it stays in the band of its own half.
    [Theory]
    [InlineData(ScalarType.Float64, double.PositiveInfinity, 20, "H")]
    [InlineData(ScalarType.Float64, double.NegativeInfinity, 21, "L")]
    [InlineData(ScalarType.Float32, double.NegativeInfinity, 20, "H")]
    [InlineData(ScalarType.Float32, double.PositiveInfinity, 21, "L")]
    [InlineData(ScalarType.BFloat16, double.PositiveInfinity, 20, "H")]
    [InlineData(ScalarType.BFloat16, double.NegativeInfinity, 21, "L")]
    [InlineData(ScalarType.Float16, double.NegativeInfinity, 20, "H")]
    [InlineData(ScalarType.Float16, double.PositiveInfinity, 21, "L")]
    public void An_infinity_goes_through_unclamped_and_comes_back(ScalarType dtype, double infinity, long at, string band)
    {
        using var scope = NewDisposeScope();
        var (y, bands, restored) = LiftLineWith(infinity, at, dtype);

        foreach (var (part, place) in new[] { (bands[band], 10), (y, 10), (restored, at) })
        {
            Places(part.isfinite().logical_not()).Should().Equal(place);
            part[0, 0, place].to(ScalarType.Float64).item<double>().Should().Be(infinity);
        }

        bands[band == "H" ? "L" : "H"].isfinite().all().item<bool>().Should().BeTrue();
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void The_penalties_hide_no_special_value(double value)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new LiftDownPool1d(1);
        var x = randn(1, 1, 40);
        x[0, 0, 20] = value;

        foreach (var norm in Enum.GetValues<PenaltyNorm>())
        {
            var (c_u, c_p) = pool.penalties(x, norm);
            c_u.isfinite().item<bool>().Should().BeFalse();
            c_p.isfinite().item<bool>().Should().BeFalse();
        }
    }

    [Theory]
    [MemberData(nameof(TypesAndDimensions))]
    public void Every_result_and_gradient_has_the_dtype_of_the_input(ScalarType dtype, int axes)
    {
        foreach (var reduction in Enum.GetValues<BandReduction>())
        {
            using var scope = NewDisposeScope();
            using var pool = AnyPool.Down(axes, 2, reduction: reduction, bias: true, dtype: dtype);
            using var up = AnyPool.Up(axes, pool);
            var x = randn([2, 2, .. Enumerable.Repeat(7L, axes)]).to(dtype).requires_grad_();
            using var penalty = new LiftRegularizer();

            var (y, bands) = pool.forward_with_bands(x);
            var restored = up.forward(bands);
            y.to(ScalarType.Float64).sum().add(restored.to(ScalarType.Float64).square().sum()).add(penalty.loss()).backward();

            var results = bands.Names.Select(name => bands[name]).Concat([y, pool.forward(x), restored, x.grad!]).Concat(pool.parameters().Select(weight => weight.grad!));
            results.Select(result => result.dtype).Should().OnlyContain(type => type == dtype);
        }
    }

    [Theory]
    [MemberData(nameof(HalfTypesAndDimensions))]
    public void Half_precision_agrees_with_float32(ScalarType dtype, int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var half = AnyPool.Down(axes, 3, bias: true, dtype: dtype);
        using var single = AnyPool.Down(axes, 3, bias: true);
        foreach (var (into, from) in single.parameters().Zip(half.parameters()))
        {
            using var noGrad = no_grad();
            into.copy_(from);
        }

        var x = randn([2, 3, .. Enumerable.Repeat(8L, axes)]).to(dtype);
        var (y, gradients) = OutputAndGradients(half, x);
        var (expected, expectedGradients) = OutputAndGradients(single, x.to(ScalarType.Float32));

        // Eight bits of precision and eleven: some roundings of values, and a sum of many rounded terms, of about 1.
        var (values, sums) = dtype == ScalarType.BFloat16 ? (0.02, 0.03) : (0.0025, 0.005);
        y.RelativeNormTo(expected).Should().BeInRange(0, values);
        foreach (var (gradient, right) in gradients.Zip(expectedGradients))
        {
            gradient.RelativeNormTo(right).Should().BeInRange(0, sums);
        }
    }

    // The square of 1000 is beyond float16, and bfloat16 adds nothing to a sum 256 times a term.
    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void The_penalties_of_half_precision_accumulate_in_float32(ScalarType dtype)
    {
        foreach (var norm in Enum.GetValues<PenaltyNorm>())
        {
            using var scope = NewDisposeScope();
            manual_seed(5);
            using var half = new LiftDownPool1d(2, dtype: dtype);
            using var exact = new LiftDownPool1d(2, dtype: ScalarType.Float64);
            exact.load_state_dict(half.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.to(ScalarType.Float64)));
            var x = randn(2, 2, 4096).mul(1000).to(dtype);
            using var regularizer = new LiftRegularizer(lambda_u: 1, lambda_p: 1, norm);

            var (c_u, c_p) = half.penalties(x, norm);
            half.forward(x);
            var (expected_u, expected_p) = exact.penalties(x.to(ScalarType.Float64), norm);

            foreach (var (found, expected) in new[] { (c_u, expected_u), (c_p, expected_p), (regularizer.c_u, expected_u), (regularizer.c_p, expected_p) })
            {
                found.dtype.Should().Be(ScalarType.Float32);
                (found.to(ScalarType.Float64).item<double>() / expected.item<double>()).Should().BeInRange(0.99, 1.01);
            }

            regularizer.loss().dtype.Should().Be(ScalarType.Float32);
        }
    }

    /// <summary>A random line of 40 samples with one value set, in the first of two samples and channels; nothing may show elsewhere.</summary>
    private static (Tensor Output, LiftBands Bands, Tensor Restored) LiftLineWith(double value, long at, ScalarType dtype)
    {
        manual_seed(6);
        using var pool = new LiftDownPool1d(2, dtype: dtype);
        using var up = new LiftUpPool1d(pool);
        var x = randn(2, 2, 40).to(dtype);
        x[0, 0, at] = value;
        var (y, bands) = pool.forward_with_bands(x);
        return (y, bands, up.forward(bands));
    }

    /// <summary>Where the mask is true in the first sample's first channel; it must be false in all others.</summary>
    private static long[] Places(Tensor mask)
    {
        var places = mask.nonzero();
        places.narrow(1, 0, 2).count_nonzero().item<long>().Should().Be(0, "other samples and channels have no part in it");
        return places.select(1, 2).data<long>().ToArray();
    }

    private static (Tensor Output, Tensor[] Gradients) OutputAndGradients(LiftDownPool pool, Tensor x)
    {
        var leaf = x.clone().requires_grad_();
        var y = pool.forward(leaf);
        y.square().sum().backward();
        return (y.detach(), [leaf.grad!, .. pool.parameters().Select(weight => weight.grad!)]);
    }
}
