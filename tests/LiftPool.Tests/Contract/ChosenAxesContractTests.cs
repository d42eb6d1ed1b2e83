using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>Pools along chosen axes as a user meets them: shapes, names of bands, hooks, state, pyramids.</summary>
public sealed class ChosenAxesContractTests
{
    public static TheoryData<int, LiftAxes> Choices => ChosenAxesKernelTests.Choices;

    [Theory]
    [MemberData(nameof(Choices))]
    public void Shapes_strides_and_with_max_lifting_values_are_those_of_MaxPool(int dimensions, LiftAxes axes)
    {
        foreach (var path in ComputePath.Paths)
        {
            using var forced = ComputePath.Force(path);
            foreach (var ceilMode in new[] { false, true })
            {
                using var scope = NewDisposeScope();
                using var pool = AnyPool.Down(dimensions, LiftingScheme.MaxLifting(), bands: 1, ceil_mode: ceilMode, lifted: axes);
                long[] window = [.. Enumerable.Range(0, dimensions).Select(dim => ChosenAxesTests.Lifts(axes, dimensions, dim) ? 2L : 1)];
                Tensor MaxPool(Tensor x) => dimensions == 2
                    ? nn.functional.max_pool2d(x, window, window, ceil_mode: ceilMode)
                    : nn.functional.max_pool3d(x, window, window, ceil_mode: ceilMode);
                foreach (var lengths in new long[][] { [4, 6, 8], [5, 7, 9], [2, 3, 2] })
                {
                    foreach (var channelsLast in new[] { false, true })
                    {
                        var x = MemoryLayout.Dense(randn([2, 17, .. lengths.Take(dimensions)]), channelsLast);
                        var (found, wanted) = (pool.forward(x), MaxPool(x));
                        found.LargestErrorTo(wanted).Should().BeLessThan(4e-6);
                        found.stride().Should().Equal(wanted.stride());
                        pool.forward(x[0]).LargestErrorTo(wanted[0]).Should().BeLessThan(4e-6, "without a batch axis too");
                    }
                }
            }
        }
    }

    [Fact]
    public void Bands_have_a_letter_for_each_lifted_axis_and_are_chosen_by_the_names_of_all()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3, 6, 8);
        using var width = new LiftDownPool2d(3, axes: LiftAxes.Width);
        using var detail = LiftDownPool2d.Sharing(width, Bands2d.HL, axes: LiftAxes.Width);
        using var both = LiftDownPool2d.Sharing(width, Bands2d.LL | Bands2d.HL, BandReduction.Concat, axes: LiftAxes.Width);
        using var height = new LiftDownPool2d(3, bands: Bands2d.LH, axes: LiftAxes.Height);
        using var plane = new LiftDownPool3d(3, bands: Bands3d.HLL, axes: LiftAxes.Width | LiftAxes.Height);

        var bands = width.forward_with_bands(x).bands;
        bands.Names.Should().Equal("L", "H");
        bands["L"].shape.Should().Equal(2, 3, 6, 4);
        (bands.Axes, width.axes, detail.axes).Should().Be((LiftAxes.Width, LiftAxes.Width, LiftAxes.Width));
        detail.forward(x).IsExactly(bands["H"]).Should().BeTrue("HL is high along the width");
        both.forward(x).IsExactly(cat([bands["L"], bands["H"]], 1)).Should().BeTrue("that is all there are");
        width.forward(x).ErrorTo(bands["L"] + bands["H"]).Should().BeLessThan(1e-6);

        var (y, tall) = height.forward_with_bands(x);
        y.IsExactly(tall["H"]).Should().BeTrue("LH is high down the column");
        var volume = randn([2, 3, 5, 6, 8]);
        var (edges, flat) = plane.forward_with_bands(volume);
        flat.Names.Should().Equal("LL", "LH", "HL", "HH");
        flat.InputShape.Should().Equal(volume.shape);
        edges.IsExactly(flat.HL).Should().BeTrue();
        edges.shape.Should().Equal(2, 3, 5, 3, 4);
        new LiftDownPool1d(3).axes.Should().Be(LiftAxes.Width);
        new LiftDownPool3d(3).axes.Should().Be(LiftAxes.All);
        new LiftUpPool2d(3, axes: LiftAxes.Height).axes.Should().Be(LiftAxes.Height);
        new LiftUpPool2d(new LiftDownPool2d(3)).axes.Should().Be(LiftAxes.Width | LiftAxes.Height);
        new LiftUpPool2d(new LiftDownPool1d(3)).axes.Should().Be(LiftAxes.Width | LiftAxes.Height, "the other lifts all that it has");
        new LiftUpPool3d(plane).axes.Should().Be(LiftAxes.Width | LiftAxes.Height);
    }

    [Fact]
    public void Cropped_samples_are_those_of_lifted_axes_alone_and_zeros_restore_zeros()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool3d(3, axes: LiftAxes.Height | LiftAxes.Depth);
        using var up = new LiftUpPool3d(pool);
        var x = randn([2, 3, 5, 7, 9]);

        var bands = pool.forward_with_bands(x).bands;

        bands.Cropped.Select(samples => string.Join('x', samples.shape)).Should().Equal("2x3x5x1x9", "2x3x1x6x9");
        bands.Cropped[0].IsExactly(x.narrow(3, 6, 1)).Should().BeTrue();
        up.forward(bands).ErrorTo(x).Should().BeLessThan(2e-6);
        up.forward(bands.Map(tensor => zeros_like(tensor))).ne(0).any().item<bool>().Should().BeFalse();
    }

    [Fact]
    public void Hooks_run_and_state_goes_to_a_pool_of_any_axes()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3, reduction: BandReduction.Learned, axes: LiftAxes.Height);
        using var up = new LiftUpPool2d(pool);
        var (x, seen) = (randn(2, 3, 7, 5), new List<string>());
        _ = pool.register_forward_hook((_, _, y) =>
        {
            seen.Add("pool");
            return y;
        });
        _ = pool.Scheme.Steps.Operators.First().register_forward_hook((_, signals, y) =>
        {
            seen.Add($"operator [{string.Join(", ", signals.shape)}]");
            return y;
        });

        pool.call(x);

        seen.Should().Equal("operator [10, 3, 3]", "pool");
        pool.state_dict()["gain"].shape.Should().Equal(2, 3);
        using var other = new LiftDownPool2d(3, reduction: BandReduction.Learned, axes: LiftAxes.Width);
        other.load_state_dict(pool.state_dict());
        other.forward(x.transpose(2, 3)).ErrorTo(pool.forward(x).transpose(2, 3)).Should().BeLessThan(1e-6, "the other axis is lifted alike");
    }

    [Theory]
    [InlineData(PenaltyNorm.MeanSquare)]
    [InlineData(PenaltyNorm.L2)]
    public void Penalties_are_those_of_the_one_step(PenaltyNorm norm)
    {
        foreach (var path in ComputePath.Paths)
        {
            using var forced = ComputePath.Force(path);
            using var scope = NewDisposeScope();
            using var pool = new LiftDownPool2d(17, dtype: ScalarType.Float64, axes: LiftAxes.Height);
            var x = randn([3, 17, 8, 5], ScalarType.Float64).requires_grad_();
            var bands = pool.forward_with_bands(x).bands;
            Tensor Norm(Tensor difference) => norm == PenaltyNorm.MeanSquare
                ? difference.square().mean()
                : difference.square().flatten(1).sum(1).sqrt().mean();
            var (wantedU, wantedP) = (Norm(bands["L"] - x.slice(2, 0, 8, 2)), Norm(bands["H"]));

            var (c_u, c_p) = pool.penalties(x, norm);

            c_u.LargestErrorTo(wantedU).Should().BeLessThan(1e-13);
            c_p.LargestErrorTo(wantedP).Should().BeLessThan(1e-13);
            Tensor[] variables = [x, .. pool.parameters()];
            var found = Derivative.Of(c_u + (2 * c_p), variables, createGraph: false);
            foreach (var (gradient, right) in found.Zip(Derivative.Of(wantedU + (2 * wantedP), variables, createGraph: false)))
            {
                gradient.RelativeNormTo(right, smallest: 1e-6).Should().BeLessThan(1e-12, path);
            }
        }
    }

    [Fact]
    public void A_pyramid_halves_the_lifted_axes_at_every_level()
    {
        using var scope = NewDisposeScope();
        using var pyramid = new LiftPyramid(new LiftDownPool2d(LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true), axes: LiftAxes.Width), 3);
        var x = randint(0, 256, [2, 3, 5, 37]).to(ScalarType.Float32);

        var bands = pyramid.forward(x);

        bands.Levels.Select(level => string.Join('x', level["H"].shape)).Should().Equal("2x3x5x18", "2x3x5x9", "2x3x5x4");
        pyramid.unlift(bands).IsExactly(x).Should().BeTrue();
        pyramid.unlift(new LiftPyramidBands(bands.Levels)).IsExactly(x).Should().BeTrue();
        pyramid.unlift(bands.to(ScalarType.Float64).to(ScalarType.Float32)).IsExactly(x).Should().BeTrue();
    }

    [Fact]
    public void Bands_are_made_of_tensors_along_the_axes_that_are_said()
    {
        using var scope = NewDisposeScope();
        using var pool = new LiftDownPool2d(3, axes: LiftAxes.Width);
        using var up = new LiftUpPool2d(pool);
        var x = randn(2, 3, 5, 7);
        var own = pool.forward_with_bands(x).bands;
        var right = up.forward(own);

        var inOrder = new LiftBands([.. own.Values], own.InputShape, own.Cropped, LiftAxes.Width);
        var byName = new LiftBands(own.ToDictionary(), own.InputShape, own.Cropped, LiftAxes.Width);
        foreach (var bands in new[]
        {
            inOrder, byName, new LiftBands(own), own.With("H", own["H"]), own.WithCropped(own.Cropped),
            own.to(ScalarType.Float64).to(ScalarType.Float32),
        })
        {
            bands.Axes.Should().Be(LiftAxes.Width);
            bands.InputShape.Should().Equal(x.shape);
            up.forward(bands).IsExactly(right).Should().BeTrue();
        }

        var halved = own.Map(band => band.narrow(2, 0, 3));
        halved.InputShape.Should().Equal(2, 3, 3, 7);
        up.forward(halved).IsExactly(right.narrow(2, 0, 3)).Should().BeTrue("rows are data like any");
        new LiftBands([own["L"], own["H"]], axes: LiftAxes.Width).InputShape.Should().Equal(2, 3, 5, 6);
        new LiftBands([zeros(3, 5, 4), zeros(3, 5, 4)], axes: LiftAxes.Height).InputShape.Should().Equal(3, 10, 4);
        new LiftBands(own, own.InputShape, own.Cropped).Axes.Should().Be(LiftAxes.Width, "bands know their axes");
    }
}
