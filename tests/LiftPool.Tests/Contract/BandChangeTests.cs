namespace LiftPool.Tests;

/// <summary>Bands changed, mapped, converted and moved: values, gradients, and who owns what.</summary>
public sealed class BandChangeTests
{
    public static TheoryData<int> Dimensions => new(1, 2, 3);

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Zeros_everywhere_restore_zeros_in_floor_mode(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        foreach (var lengths in new long[][] { [5, 7, 9], [4, 7, 6], [5, 6, 7], [3, 3, 3], [4, 6, 8] })
        {
            using var pool = AnyPool.Down(axes, 3);
            using var up = AnyPool.Up(axes, pool);
            var (_, bands) = pool.forward_with_bands(randn([2, 3, .. lengths.TakeLast(axes)]));

            up.forward(bands.Map(tensor => zeros_like(tensor))).LargestMagnitude().Should().Be(0);
            var byHand = bands.Map((_, band) => zeros_like(band)).WithCropped([.. bands.Cropped.Select(samples => zeros_like(samples))]);
            up.forward(byHand).LargestMagnitude().Should().Be(0);

            // The cropped samples are not in a band.
            var left = up.forward(bands.Map((_, band) => zeros_like(band))).LargestMagnitude();
            left.Should().Be(bands.Cropped.Select(samples => samples.LargestMagnitude()).DefaultIfEmpty().Max());
        }
    }

    [Fact]
    public void One_band_is_replaced_and_the_others_stay()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var pool = new LiftDownPool2d(channels: 3);
        var (_, bands) = pool.forward_with_bands(randn(2, 3, 7, 5));
        var before = bands.ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        var other = randn_like(bands.HL);

        var changed = bands.With("HL", other);

        changed.HL.IsExactly(other).Should().BeTrue();
        changed.Where(pair => pair.Key != "HL").Should().OnlyContain(pair => pair.Value.IsExactly(before[pair.Key]));
        bands.Should().OnlyContain(pair => pair.Value.IsExactly(before[pair.Key]));
        changed.InputShape.Should().Equal(bands.InputShape);
        changed.Cropped.Zip(bands.Cropped).Should().OnlyContain(pair => pair.First.IsExactly(pair.Second));
    }

    // The hand-worked Haar scheme: xe = s - d / 2, xo = d + xe, in slices and stacks of LibTorch's own.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients_flow_through_making_With_Map_and_to(bool channelsLast)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var up = new LiftUpPool2d(new LiftDownPool2d(HandSchemes.Haar()));

        // Small integers: exact in float32 too.
        Tensor Leaf(params long[] shape)
        {
            var values = randint(-8, 9, shape).to(ScalarType.Float64);
            return (channelsLast ? values.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : values).requires_grad_();
        }

        Tensor[] leaves = [.. Enumerable.Range(0, 5).Select(_ => Leaf(2, 3, 2, 3)), Leaf(2, 3, 5, 1), Leaf(2, 3, 1, 6)];
        Tensor Bands(ScalarType between = ScalarType.Float32) => up.forward(
            new LiftBands(leaves[..4], [2, 3, 5, 7], leaves[5..])
                .With("LH", leaves[4])
                .to(between).to(CPU).to(ScalarType.Float64, CPU)
                .Map((name, band) => name == "HH" ? band.square() : band));

        Tensor Unlifted(Tensor s, Tensor d, int dim)
        {
            var second = s - (d / 2);
            return stack([d + second, second], dim + 1).flatten(dim, dim + 1);
        }

        Tensor ByHand()
        {
            var rows = Unlifted(Unlifted(leaves[0], leaves[4], 2), Unlifted(leaves[2], leaves[3].square(), 2), 3);
            return cat([cat([rows, leaves[6]], 2), leaves[5]], 3);
        }

        Tensor[] used = [leaves[0], .. leaves[2..]];
        var expected = Derivative.Of(Gradients.Weighed(ByHand()), used, createGraph: false);
        var actual = Derivative.Of(Gradients.Weighed(Bands()), used, createGraph: false);

        Bands().IsExactly(ByHand()).Should().BeTrue();
        actual.Zip(expected).Max(pair => pair.First.ErrorTo(pair.Second)).Should().BeLessThan(2e-6, "float32 stands between");
        var exact = Derivative.Of(Gradients.Weighed(Bands(ScalarType.Float64)), used, createGraph: false);
        exact.Zip(expected).Max(pair => pair.First.ErrorTo(pair.Second)).Should().BeLessThan(1e-14);
        Gradients.Weighed(Bands()).backward();
        leaves[1].grad.Should().BeNull("another stands in its place");
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Converted_and_moved_they_are_in_another_type_and_place(int axes)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        using var pool = AnyPool.Down(axes, 3, dtype: ScalarType.Float64);
        using var single = AnyPool.Down(axes, 3);
        single.load_state_dict(pool.state_dict());
        var x = randn([2, 3, .. new long[] { 5, 6, 7 }.TakeLast(axes)], ScalarType.Float64);
        var (_, bands) = pool.forward_with_bands(x);
        single.to(ScalarType.Float32);

        var converted = bands.to(ScalarType.Float32);
        var moved = bands.to(device("meta"));
        var both = bands.to(ScalarType.Float16, device("meta"));

        converted.Values.Concat(converted.Cropped).Should().OnlyContain(tensor => tensor.dtype == ScalarType.Float32);
        AnyPool.Up(axes, single).forward(converted).ErrorTo(x).Should().BeLessThan(2e-6);
        moved.Values.Concat(moved.Cropped).Should().OnlyContain(tensor => IsMeta(tensor) && tensor.dtype == ScalarType.Float64);
        both.Values.Concat(both.Cropped).Should().OnlyContain(tensor => IsMeta(tensor) && tensor.dtype == ScalarType.Float16);
        bands.to(ScalarType.Int16).Values.Should().OnlyContain(band => band.dtype == ScalarType.Int16, "what quantises may store so");
        bands.to(ScalarType.Float64).Should().OnlyContain(pair => pair.Value.Handle != bands[pair.Key].Handle, "handles of their own");
    }

    [Fact]
    public void A_network_on_each_band_may_change_the_channels()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        using var pool = new LiftDownPool2d(channels: 16);
        using var up = new LiftUpPool2d(channels: 32);
        using var network = nn.Conv2d(16, 32, 3, padding: 1);
        var (_, bands) = pool.forward_with_bands(randn(2, 16, 8, 6));

        var worked = bands.Map(band => network.forward(band));
        up.forward(worked).square().mean().backward();

        worked.InputShape.Should().Equal(2, 32, 8, 6);
        network.parameters().Concat(pool.parameters()).Should().OnlyContain(weight => weight.HasUsefulGrad());
        bands.Map(band => band.narrow(0, 1, 1)).InputShape.Should().Equal(1, 16, 8, 6);
        bands.Map(band => band[0]).InputShape.Should().Equal(16, 8, 6);
    }

    [Fact]
    public void A_pyramids_bands_are_changed_mapped_and_converted()
    {
        using var scope = NewDisposeScope();
        manual_seed(6);
        using var pyramid = new LiftPyramid(new LiftDownPool2d(channels: 3, dtype: ScalarType.Float64), 2);
        var x = randn([2, 3, 11, 14], ScalarType.Float64);
        var bands = pyramid.forward(x);
        var other = randn_like(bands[1, "LH"]);

        var changed = bands.With(1, "LH", other);
        bands[1, "LH"].copy_(other);
        var expected = pyramid.unlift(bands);

        pyramid.unlift(changed).IsExactly(expected).Should().BeTrue();
        pyramid.unlift(bands.Map(tensor => zeros_like(tensor))).LargestMagnitude().Should().Be(0);
        pyramid.unlift(bands.to(ScalarType.Float32).to(ScalarType.Float64, CPU)).ErrorTo(expected).Should().BeInRange(1e-12, 1e-5);
        bands.to(device("meta")).Approximation.device_type.Should().Be(DeviceType.META);
        List<string> seen = [];
        bands.Map((level, name, band) =>
        {
            seen.Add($"{level} {name}");
            return band;
        });
        string.Join(", ", seen).Should().Be("0 LL, 0 LH, 0 HL, 0 HH, 1 LL, 1 LH, 1 HL, 1 HH");
    }

    [Fact]
    public void Each_owns_its_handles_whichever_is_disposed_first() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        using var pool = new LiftDownPool2d(channels: 3);
        using var up = new LiftUpPool2d(pool);
        using var pyramid = new LiftPyramid(new LiftDownPool2d(channels: 3), 2);
        var x = randn(1, 3, 9, 7);
        var before = live();

        Func<LiftBands, IDisposable>[] changes =
        [
            bands => new LiftBands(bands), bands => new LiftBands([.. bands.Values], bands.InputShape, bands.Cropped),
            bands => bands.With("LL", bands.LH), bands => bands.WithCropped(bands.Cropped),
            bands => bands.Map((_, band) => band.abs().neg()), bands => bands.Map(band => band),
            bands => bands.to(ScalarType.Float32), bands => bands.to(CPU), bands => bands.to(ScalarType.Float64, CPU),
        ];
        foreach (var change in changes)
        {
            for (var turn = 0; turn < 2; turn++)
            {
                var oldFirst = turn == 0;
                var (y, bands) = pool.forward_with_bands(x);
                y.Dispose();
                var both = live();
                var changed = (LiftBands)change(bands);
                (live() - both).Should().Be(6, "four bands and two cropped, and no temporary");

                (oldFirst ? bands : changed).Dispose();
                var left = oldFirst ? changed : bands;
                left.Values.Concat(left.Cropped).Should().OnlyContain(tensor => tensor.LargestMagnitude() > 0);
                left.Dispose();
                live().Should().Be(before);
            }
        }

        // A dispose scope ends what was made in it, and nothing else.
        using var outer = pyramid.forward(x);
        var held = live();
        LiftPyramidBands kept;
        using (NewDisposeScope())
        {
            kept = new LiftPyramidBands(outer.Levels).MoveToOuterDisposeScope();
            outer.With(1, "HH", outer[1, "LL"]).Map(band => band.mul(2)).to(ScalarType.Float16);
            pool.forward_with_bands(x).bands.With("HH", zeros(1, 3, 4, 3)).MoveToOuterDisposeScope().Dispose();
        }

        (live() - held).Should().Be(4 + 2 + 4 + 1);
        kept.Dispose();
        live().Should().Be(held);
        pyramid.unlift(outer).Dispose();
        outer.Dispose();
        live().Should().Be(before);
    });

    [Fact]
    public void A_map_that_throws_leaves_nothing_behind() => LiveTensors.CountedOnAThreadOfItsOwn(live =>
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(channels: 3);
        var (_, bands) = pool.forward_with_bands(zeros(1, 3, 9, 7));
        var before = live();
        var thrown = () => bands.Map((name, band) => name == "HH" ? throw new InvalidOperationException() : band.neg());
        var unfit = () => bands.Map((_, band) => band.neg().narrow(2, 0, 1));

        thrown.Should().Throw<InvalidOperationException>();
        unfit.Should().Throw<ArgumentException>();
        live().Should().Be(before);
    });

    private static bool IsMeta(Tensor tensor) => tensor.device_type == DeviceType.META;
}
