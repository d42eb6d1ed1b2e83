using System.Globalization;

namespace LiftPool.Tests;

/// <summary>What cannot be built, and says why.</summary>
public sealed class ConstructionErrorTests
{
    private static readonly Dictionary<string, Action<long, long, long?, long?, PaddingModes, ScalarType?>> Learned = new()
    {
        ["LiftDownPool1d"] = (c, k, g, p, mode, dtype) => new LiftDownPool1d(c, k, groups: g, proj_groups: p, padding_mode: mode, dtype: dtype).Dispose(),
        ["LiftDownPool2d"] = (c, k, g, p, mode, dtype) => new LiftDownPool2d(c, k, groups: g, proj_groups: p, padding_mode: mode, dtype: dtype).Dispose(),
        ["LiftDownPool3d"] = (c, k, g, p, mode, dtype) => new LiftDownPool3d(c, k, groups: g, proj_groups: p, padding_mode: mode, dtype: dtype).Dispose(),
        ["LiftUpPool1d"] = (c, k, g, p, mode, dtype) => new LiftUpPool1d(c, k, g, p, padding_mode: mode, dtype: dtype).Dispose(),
        ["LiftUpPool2d"] = (c, k, g, p, mode, dtype) => new LiftUpPool2d(c, k, g, p, padding_mode: mode, dtype: dtype).Dispose(),
        ["LiftUpPool3d"] = (c, k, g, p, mode, dtype) => new LiftUpPool3d(c, k, g, p, padding_mode: mode, dtype: dtype).Dispose(),
        ["LiftingScheme"] = (c, k, g, p, mode, dtype) => new LiftingScheme(c, k, g, p, padding_mode: mode, dtype: dtype).Dispose(),
    };

    private static readonly (long Channels, long Kernel, long? Groups, long? ProjGroups, PaddingModes Padding, ScalarType? Dtype, string Wanted, string Got, string Parameter)[] Impossible =
    [
        (0, 5, null, null, PaddingModes.Zeros, null, "at least one channel", "0", "channels"),
        (-2, 5, null, null, PaddingModes.Zeros, null, "at least one channel", "-2", "channels"),
        (6, 4, null, null, PaddingModes.Zeros, null, "an odd, positive kernel_size", "4", "kernel_size"),
        (6, 0, null, null, PaddingModes.Zeros, null, "an odd, positive kernel_size", "0", "kernel_size"),
        (6, -3, null, null, PaddingModes.Zeros, null, "an odd, positive kernel_size", "-3", "kernel_size"),
        (6, 5, 4, null, PaddingModes.Zeros, null, "groups to divide 6 channels", "4", "groups"),
        (6, 5, 0, null, PaddingModes.Zeros, null, "groups to divide 6 channels", "0", "groups"),
        (6, 5, -1, null, PaddingModes.Zeros, null, "groups to divide 6 channels", "-1", "groups"),
        (6, 5, 12, null, PaddingModes.Zeros, null, "groups to divide 6 channels", "12", "groups"),
        (6, 5, null, 5, PaddingModes.Zeros, null, "proj_groups to divide 6 channels", "5", "proj_groups"),
        (6, 5, null, 0, PaddingModes.Zeros, null, "proj_groups to divide 6 channels", "0", "proj_groups"),
        (6, 5, null, null, PaddingModes.Constant, null, "padding_mode Zeros, Reflect, Replicate or Circular", "Constant", "padding_mode"),
        (6, 5, null, null, (PaddingModes)99, null, "padding_mode Zeros, Reflect, Replicate or Circular", "99", "padding_mode"),
        (6, 5, null, null, PaddingModes.Zeros, ScalarType.Int32, "a real floating-point dtype", "Int32", "dtype"),
        (6, 5, null, null, PaddingModes.Zeros, ScalarType.Bool, "a real floating-point dtype", "Bool", "dtype"),
        (6, 5, null, null, PaddingModes.Zeros, ScalarType.ComplexFloat64, "a real floating-point dtype", "ComplexFloat64", "dtype"),
    ];

    public static TheoryData<string> Layers => new(Learned.Keys);

    public static TheoryData<int> Dimensions => new(1, 2, 3);

    [Theory]
    [MemberData(nameof(Layers))]
    public void Operators_out_of_range(string layer)
    {
        using var scope = NewDisposeScope();
        foreach (var bad in Impossible)
        {
            BadCall.Refused(() => Learned[layer](bad.Channels, bad.Kernel, bad.Groups, bad.ProjGroups, bad.Padding, bad.Dtype), layer, bad.Wanted, bad.Got, bad.Parameter);
        }
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void No_band_or_one_that_does_not_exist(int axes)
    {
        using var scope = NewDisposeScope();
        using var other = AnyPool.Down(axes, 3);
        using var scheme = new LiftingScheme(3);
        foreach (var bands in new[] { 0, AnyPool.AllBands(axes) + 1, -1 })
        {
            var layer = $"LiftDownPool{axes}d";
            BadCall.Refused(() => AnyPool.Down(axes, 3, bands: bands), layer, $"at least one of the {1 << axes} bands", "bands", "bands");
            BadCall.Refused(() => AnyPool.Down(axes, scheme, bands: bands), layer, $"at least one of the {1 << axes} bands", "bands", "bands");
            BadCall.Refused(() => AnyPool.Sharing(axes, other, bands, BandReduction.Sum), layer, $"at least one of the {1 << axes} bands", "bands", "bands");
        }
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void An_unknown_reduction(int axes)
    {
        using var scope = NewDisposeScope();
        using var other = AnyPool.Down(axes, 3);
        using var scheme = new LiftingScheme(3);
        var unknown = (BandReduction)9;
        const string Known = "Sum, Mean, Concat, Learned";
        BadCall.Refused(() => AnyPool.Down(axes, 3, reduction: unknown), $"LiftDownPool{axes}d", Known, "9", "reduction");
        BadCall.Refused(() => AnyPool.Down(axes, scheme, reduction: unknown), $"LiftDownPool{axes}d", Known, "9", "reduction");
        BadCall.Refused(() => AnyPool.Sharing(axes, other, AnyPool.AllBands(axes), unknown), $"LiftDownPool{axes}d", Known, "9", "reduction");
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Channels_that_a_learned_reduction_needs_and_a_scheme_contradicts(int axes)
    {
        using var scope = NewDisposeScope();
        using var own = new LiftingScheme(Identity(), Identity());
        using var learned = new LiftingScheme(3);
        using var other = AnyPool.Down(axes, new LiftingScheme(Identity(), Identity()));
        var layer = $"LiftDownPool{axes}d";
        BadCall.Refused(() => AnyPool.Down(axes, own, reduction: BandReduction.Learned), layer, "channels for the Learned reduction", "none", "channels");
        BadCall.Refused(() => AnyPool.Sharing(axes, other, AnyPool.AllBands(axes), BandReduction.Learned), layer, "channels for the Learned reduction", "none", "channels");
        BadCall.Refused(() => AnyPool.Down(axes, learned, channels: 4), layer, "the scheme's 3 channels", "channels 4", "channels");
        BadCall.Refused(() => AnyPool.Down(axes, own, channels: 0), layer, "at least one channel", "channels 0", "channels");
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void A_scheme_that_a_pool_owns_is_not_another_s(int axes)
    {
        using var scope = NewDisposeScope();
        using var owner = AnyPool.Down(axes, 3);
        using var sharing = AnyPool.Sharing(axes, owner);
        using var untied = AnyPool.Up(axes, channels: 3);
        using var scheme = new LiftingScheme(3);
        using var handedOver = AnyPool.Down(axes, scheme);
        var (down, up) = ($"LiftDownPool{axes}d", $"LiftUpPool{axes}d");
        foreach (var (owned, by) in new[] { (owner.Scheme, down), (sharing.Scheme, down), (untied.Scheme, up), (scheme, down) })
        {
            BadCall.Refused(() => AnyPool.Down(axes, owned), down, "the pool itself to share its operators", by, "scheme");
            BadCall.Refused(() => AnyPool.Up(axes, owned), up, "the pool itself to share its operators", by, "scheme");
        }

        // What was refused did no harm.
        using var tied = AnyPool.Up(axes, owner);
        var x = zeros(AnyPool.Eights(axes, 2, 3));
        tied.forward(owner.forward_with_bands(x).bands).shape.Should().Equal(x.shape);
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void A_pool_that_was_refused_owns_no_scheme(int axes)
    {
        using var scope = NewDisposeScope();
        using var scheme = new LiftingScheme(3);
        BadCall.Thrown<ArgumentException>(() => AnyPool.Down(axes, scheme, bands: 0));
        BadCall.Thrown<ArgumentException>(() => AnyPool.Down(axes, scheme, channels: 4));

        using var pool = AnyPool.Down(axes, scheme);

        pool.Scheme.Should().BeSameAs(scheme);
    }

    // LibTorch finds out that there is no memory for such a gain, when all arguments have been checked.
    [Theory]
    [MemberData(nameof(Dimensions))]
    public void A_pool_whose_constructor_failed_owns_no_scheme(int axes)
    {
        using var scope = NewDisposeScope();
        using var scheme = new LiftingScheme(Identity(), Identity());
        void TooLarge() => AnyPool.Down(axes, scheme, reduction: BandReduction.Learned, channels: long.MaxValue);
        FluentActions.Invoking(TooLarge).Should().Throw<Exception>();

        using var pool = AnyPool.Down(axes, scheme);

        pool.Scheme.Should().BeSameAs(scheme);
        BadCall.Thrown<ArgumentException>(TooLarge);
    }

    [Fact]
    public void Of_pools_that_take_one_scheme_at_once_one_gets_it()
    {
        for (var round = 0; round < 50; round++)
        {
            using var scope = NewDisposeScope();
            using var scheme = new LiftingScheme(Identity(), Identity());
            using var start = new Barrier(2);
            var pools = new LiftDownPool?[2];
            Parallel.For(0, 2, i =>
            {
                start.SignalAndWait();
                try
                {
                    pools[i] = new LiftDownPool1d(scheme);
                }
                catch (ArgumentException)
                {
                    // The other one has it.
                }
            });

            pools.OfType<LiftDownPool>().Should().ContainSingle();
        }
    }

    [Fact]
    public void One_module_as_both_operators()
    {
        using var scope = NewDisposeScope();
        using var op = Conv1d(3, 3, 1);
        BadCall.Refused(() => new LiftingScheme(op, op).Dispose(), "LiftingScheme", "a module for each operator", "Conv1d twice", "update");
        op.forward(zeros(1, 3, 4)).shape.Should().Equal(1, 3, 4);
    }

    [Fact]
    public void An_operator_or_a_pool_that_is_disposed()
    {
        using var scope = NewDisposeScope();
        foreach (var gone in new Module<Tensor, Tensor>[] { new Times(1), new RoundFilter(0, 1) })
        {
            using var op = Identity();
            gone.Dispose();
            const string Wanted = "operators that are not disposed";
            BadCall.Refused(() => new LiftingScheme(gone, op).Dispose(), "LiftingScheme", Wanted, gone.GetName(), "predict");
            BadCall.Refused(() => new LiftingScheme(op, gone).Dispose(), "LiftingScheme", Wanted, gone.GetName(), "update");
            op.forward(zeros(1, 3, 4)).shape.Should().Equal(1, 3, 4);
        }

        var pool = new LiftDownPool1d(new LiftingScheme(Identity(), Identity()));
        pool.Dispose();
        BadCall.Thrown<ObjectDisposedException>(() => new LiftPyramid(pool, 2).Dispose());
        BadCall.Thrown<ObjectDisposedException>(() => new LiftUpPool1d(pool).Dispose());
        BadCall.Thrown<ObjectDisposedException>(() => LiftDownPool1d.Sharing(pool).Dispose());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(64)]
    [InlineData(int.MaxValue)]
    public void A_pyramid_of_no_level_or_of_more_than_there_can_be(int count)
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool1d(new LiftingScheme(Identity(), Identity()));
        const string Wanted = "at least one level and at most 63";
        BadCall.Refused(() => new LiftPyramid(pool, count).Dispose(), "LiftPyramid", Wanted, $"{count}", "count");

        using var deepest = new LiftPyramid(pool, 63);
    }

    [Fact]
    public void A_pyramid_of_as_many_pools()
    {
        using var scope = NewDisposeScope();
        var pools = Enumerable.Range(0, 64).Select(_ => new LiftDownPool1d(new LiftingScheme(Identity(), Identity()))).ToArray();
        BadCall.Refused(() => new LiftPyramid(pools).Dispose(), "LiftPyramid", "at least one level and at most 63", "64", "pools");
        BadCall.Refused(() => new LiftPyramid([]).Dispose(), "LiftPyramid", "at least one level and at most 63", "0", "pools");
        Array.ForEach(pools, pool => pool.Dispose());
    }

    [Fact]
    public void Null()
    {
        using var scope = NewDisposeScope();
        using var op = Identity();
        BadCall.Thrown<ArgumentNullException>(() => new LiftDownPool1d((LiftingScheme)null!).Dispose()).ParamName.Should().Be("scheme");
        BadCall.Thrown<ArgumentNullException>(() => LiftDownPool2d.Sharing(null!).Dispose()).ParamName.Should().Be("other");
        BadCall.Thrown<ArgumentNullException>(() => new LiftUpPool2d((LiftingScheme)null!).Dispose()).ParamName.Should().Be("scheme");
        BadCall.Thrown<ArgumentNullException>(() => new LiftUpPool3d((LiftDownPool)null!).Dispose()).ParamName.Should().Be("pool");
        BadCall.Thrown<ArgumentNullException>(() => new LiftingScheme(null!, op).Dispose()).ParamName.Should().Be("predict");
        BadCall.Thrown<ArgumentNullException>(() => new LiftingScheme(op, null!).Dispose()).ParamName.Should().Be("update");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(-0.01)]
    public void A_penalty_weight_that_is_negative_or_not_finite(double weight)
    {
        using var scope = NewDisposeScope();
        var got = weight.ToString(CultureInfo.InvariantCulture);
        BadCall.Refused(() => new LiftRegularizer(lambda_u: weight).Dispose(), "LiftRegularizer", "a finite lambda_u of at least 0", got, "lambda_u");
        BadCall.Refused(() => new LiftRegularizer(lambda_p: weight).Dispose(), "LiftRegularizer", "a finite lambda_p of at least 0", got, "lambda_p");
    }

    [Fact]
    public void An_unknown_norm()
    {
        using var scope = NewDisposeScope();
        BadCall.Refused(() => new LiftRegularizer(norm: (PenaltyNorm)(-1)).Dispose(), "LiftRegularizer", "MeanSquare or L2", "-1", "norm");
    }

    [Fact]
    public void A_refused_regularizer_collects_nothing_from_then_on()
    {
        using var scope = NewDisposeScope();
        BadCall.Thrown<ArgumentException>(() => new LiftRegularizer(lambda_u: -1).Dispose());
        LiftRegularizer.Current.Should().BeNull();
    }

    [Fact]
    public void Operators_of_different_channels_are_no_scheme()
    {
        using var four = LiftingOperators.Learned(4);
        using var six = LiftingOperators.Filter([1], channels: 6);

        BadCall.Refused(() => _ = new LiftingScheme(four, six), "LiftingScheme", "operators of 4 channels", "one of 6", "update");
        BadCall.Refused(
            () => _ = new LiftingScheme([LiftingStep.Update(six), LiftingStep.Predict(four)]), "LiftingScheme", "operators of 6 channels", "one of 4", "steps");
    }
}
