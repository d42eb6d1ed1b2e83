namespace LiftPool.Tests;

/// <summary>
/// The output, the bands, the kept samples and the input are tensors of their own: changing one in place changes no
/// other, and an in-place activation after a pool is as safe as after any layer.
/// </summary>
public sealed class OwnershipTests : IClassFixture<OneThread>
{
    private static readonly int[] Dimensions = [1, 2, 3];

    private static readonly Dictionary<string, Func<LiftingScheme>> Schemes = new()
    {
        ["learned"] = () => new LiftingScheme(1, kernel_size: 3),
        ["identity operators"] = () => new LiftingScheme(Identity(), Identity()),
        ["predict only"] = () => new LiftingScheme([LiftingStep.Predict(Identity())]),
        ["update only"] = () => new LiftingScheme([LiftingStep.Update(Identity())]),
        ["no step"] = () => new LiftingScheme([]),
        ["gains"] = () => new LiftingScheme([LiftingStep.Predict(Identity())], approximation_gain: 2, detail_gain: 0.5),
    };

    private static readonly Dictionary<string, Action<Tensor>> Changes = new()
    {
        ["relu_"] = x => x.relu_(),
        ["mul_"] = x => x.mul_(-3),
        ["zero_"] = x => x.zero_(),
    };

    /// <summary>Every reduction of all bands, of each band alone, and of a pair; with the learned scheme and stranger ones.</summary>
    public static IEnumerable<object[]> Pools =>
        from scheme in Schemes.Keys
        from axes in Dimensions
        from reduction in Enum.GetValues<BandReduction>()
        from bands in new[] { AnyPool.AllBands(axes), 0b01, 0b10, 1 << ((1 << axes) - 1) }.Distinct()
        where scheme == "learned" || reduction is BandReduction.Sum or BandReduction.Concat
        select new object[] { scheme, axes, reduction, bands };

    public static IEnumerable<object[]> SchemesAndDimensions =>
        from scheme in Schemes.Keys
        from axes in Dimensions
        select new object[] { scheme, axes };

    public static IEnumerable<object[]> ChangesAndReductions =>
        from change in Changes.Keys
        from reduction in Enum.GetValues<BandReduction>()
        select new object[] { change, reduction };

    [Theory]
    [MemberData(nameof(Pools))]
    public void Output_bands_kept_samples_and_input_share_no_storage(string scheme, int axes, BandReduction reduction, int bands)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        manual_seed(1);
        using var pool = AnyPool.Down(axes, Schemes[scheme](), bands, reduction, channels: 1);

        // The halves of two samples alone are views without gaps, which contiguous() does not copy; three leave one to be kept.
        foreach (var length in new[] { 2L, 3L })
        {
            foreach (var shape in new long[][] { [1, 1], [2, 1], [1] })
            {
                var x = randn([.. shape, .. Enumerable.Repeat(length, axes)]);
                var (y, carried) = pool.forward_with_bands(x);
                RequireSeparate([x, y, pool.forward(x), .. carried.Bands, .. carried.Cropped]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(SchemesAndDimensions))]
    public void The_restored_input_shares_no_storage_with_features_and_bands(string scheme, int axes)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        manual_seed(2);
        using var pool = AnyPool.Down(axes, Schemes[scheme](), channels: 1);
        using var up = AnyPool.Up(axes, pool);
        foreach (var length in new[] { 2L, 3L })
        {
            var x = randn([1, 1, .. Enumerable.Repeat(length, axes)]);
            var (_, bands) = pool.forward_with_bands(x);
            var features = randn_like(bands.Bands[0]);
            RequireSeparate([x, features, up.forward(features, bands), up.forward(bands), .. bands.Bands, .. bands.Cropped]);
        }
    }

    [Theory]
    [MemberData(nameof(SchemesAndDimensions))]
    public void What_a_scheme_lifts_and_unlifts_shares_no_storage(string scheme, int axes)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        manual_seed(3);
        using var lifting = Schemes[scheme]();
        var x = randn([1, 1, .. Enumerable.Repeat(2L, axes)]);

        var (s, d) = lifting.lift(x);

        RequireSeparate([x, s, d, lifting.unlift(s, d)]);
    }

    [Theory]
    [MemberData(nameof(ChangesAndReductions))]
    public void Changing_the_output_in_place_leaves_the_inverse(string change, BandReduction reduction)
    {
        foreach (var bands in new[] { Bands2d.All, Bands2d.LL, Bands2d.HH })
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            manual_seed(4);
            using var pool = new LiftDownPool2d(3, bands: bands, reduction: reduction);
            using var up = new LiftUpPool2d(pool);
            var x = randn(2, 3, 7, 6);
            var before = x.clone();
            var (y, carried) = pool.forward_with_bands(x);
            var restored = up.forward(carried);

            Changes[change](y);

            up.forward(carried).IsExactly(restored).Should().BeTrue("{0} on the output of {1} is not the bands' affair", change, bands);
            x.IsExactly(before).Should().BeTrue("{0} on the output of {1} is not the input's affair", change, bands);
        }
    }

    // As in Sequential(pool, ReLU(inplace: true)): what autograd has saved of the bands must outlive it.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_in_place_activation_after_any_single_band_trains(int axes)
    {
        for (var band = 0; band < 1 << axes; band++)
        {
            foreach (var regularized in new[] { false, true })
            {
                using var scope = NewDisposeScope();
                manual_seed(5);
                using var pool = AnyPool.Down(axes, 2, bands: 1 << band, dtype: ScalarType.Float64);
                var x = randn([2, 2, .. Enumerable.Repeat(6L, axes)], ScalarType.Float64);

                var inPlace = Gradient(pool, x, regularized, y => y.relu_());

                inPlace.LargestErrorTo(Gradient(pool, x, regularized, y => y.relu())).Should().Be(0, "band {0} alone, regularized: {1}", band, regularized);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_operator_that_works_in_place_changes_neither_input_nor_bands(int axes)
    {
        foreach (var lengths in new long[][] { [2, 2, 2], [6, 7, 5] })
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            manual_seed(6);
            using var inPlace = AnyPool.Down(axes, new LiftingScheme(ReLU(inplace: true), ReLU(inplace: true)));
            using var plain = AnyPool.Down(axes, new LiftingScheme(ReLU(), ReLU()));
            using var up = AnyPool.Up(axes, inPlace);
            var x = randn([1, 1, .. lengths[..axes]]);
            var before = x.clone();

            var (y, bands) = inPlace.forward_with_bands(x);
            var (expected, expectedBands) = plain.forward_with_bands(before);

            y.IsExactly(expected).Should().BeTrue("the operators compute the same");
            foreach (var name in bands.Names)
            {
                bands[name].IsExactly(expectedBands[name]).Should().BeTrue("the operators compute the same for {0}", name);
            }

            up.forward(bands).LargestErrorTo(before).Should().BeInRange(0, 1e-6);
            x.IsExactly(before).Should().BeTrue("the input is the caller's");
            bands[bands.Names[^1]].IsExactly(expectedBands[bands.Names[^1]]).Should().BeTrue("the inverse only reads the bands");
        }
    }

    private static Tensor Gradient(LiftDownPool pool, Tensor x, bool regularized, Func<Tensor, Tensor> activation)
    {
        var leaf = x.clone().requires_grad_();
        using var penalty = regularized ? new LiftRegularizer() : null;
        var loss = activation(pool.forward(leaf)).sum();
        (penalty is null ? loss : loss.add(penalty.loss())).backward();
        return leaf.grad!;
    }

    /// <summary>Fills each with a number of its own: one that shares storage with a later one loses it.</summary>
    private static void RequireSeparate(Tensor[] tensors)
    {
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i].fill_(i);
        }

        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i].eq(i).all().item<bool>().Should().BeTrue("tensor {0} of {1} is nobody else's", i, tensors.Length);
        }
    }
}
