using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// Pools along chosen axes, beside the pool of as many dimensions as are lifted: the axes that are not go into the batch, and the pool
/// with the same weights takes each slice alone.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class ChosenAxesTests : IClassFixture<OneThread>
{
    private const long Channels = 17;

    private static readonly long[] OddLengths = [5, 7, 9];
    private static readonly long[] ShortLengths = [3, 4, 5];

    public static TheoryData<string, int, LiftAxes> Everywhere => On(ComputePath.Paths);

    public static TheoryData<string, int, LiftAxes> TensorsAndScalars => On(["tensor", "scalar"]);

    public static TheoryData<string, int, LiftAxes, ScalarType> EveryType
    {
        get
        {
            var cases = new TheoryData<string, int, LiftAxes, ScalarType>();
            foreach (var path in ComputePath.Paths)
            {
                foreach (var (dimensions, axes) in Choices())
                {
                    foreach (var dtype in new[] { ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16 })
                    {
                        cases.Add(path, dimensions, axes, dtype);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Values_gradients_and_penalties_are_those_of_each_slice(string path, int dimensions, LiftAxes axes)
    {
        foreach (var (ceilMode, channelsLast, padding) in new[]
        {
            (false, false, PaddingModes.Zeros), (true, true, PaddingModes.Circular), (false, true, PaddingModes.Reflect),
            (true, false, PaddingModes.Replicate),
        })
        {
            foreach (var length in new long[] { 6, 9, 21 })
            {
                ShouldBeThoseOfEachSlice(path, dimensions, axes, length, ceilMode, channelsLast, padding, DenseMax.None);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void A_dense_maximum_is_taken_along_the_lifted_axes_alone(string path, int dimensions, LiftAxes axes)
    {
        foreach (var window in new[] { DenseMax.Ahead, DenseMax.Back, DenseMax.Valid })
        {
            foreach (var (ceilMode, channelsLast) in new[] { (false, false), (true, true), (false, true), (true, false) })
            {
                ShouldBeThoseOfEachSlice(path, dimensions, axes, 7, ceilMode, channelsLast, PaddingModes.Zeros, window);
                ShouldBeThoseOfEachSlice(path, dimensions, axes, 8, ceilMode, channelsLast, PaddingModes.Reflect, window);
            }
        }
    }

    [Theory]
    [MemberData(nameof(EveryType))]
    public void Every_type_is_rounded_once(string path, int dimensions, LiftAxes axes, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        manual_seed(2);
        using var pool = AnyPool.Down(dimensions, Channels, kernel_size: 3, dtype: dtype, lifted: axes);
        using var exact = AnyPool.Down(dimensions, Channels, kernel_size: 3, dtype: ScalarType.Float64, lifted: axes);
        foreach (var (wide, narrow) in exact.parameters().Zip(pool.parameters()))
        {
            wide.copy_(narrow.to(ScalarType.Float64));
        }

        // Half an ulp of the largest magnitude, and the error of float32 beneath it.
        var bound = dtype switch { ScalarType.BFloat16 => 1 / 256.0, ScalarType.Float16 => 1 / 2048.0, _ => 2e-6 };
        foreach (var ceilMode in new[] { false, true })
        {
            var x = randn([2, Channels, .. OddLengths.Take(dimensions)], dtype: dtype);
            var (found, own) = On(path, () => pool.forward_with_bands(x));
            var (wanted, ownWanted) = On("tensor", () => exact.forward_with_bands(x.to(ScalarType.Float64)));
            found.to(ScalarType.Float64).LargestErrorTo(wanted).Should().BeLessThanOrEqualTo(bound * Math.Max(1, wanted.LargestMagnitude()));
            foreach (var name in own.Names)
            {
                own[name].ErrorTo(ownWanted[name]).Should().BeLessThanOrEqualTo(1.01 * bound, name);
            }

            using var up = AnyPool.Up(dimensions, pool);
            On(path, () => up.forward(own)).ErrorTo(x).Should().BeLessThanOrEqualTo(8 * bound, "what was rounded comes back");
        }
    }

    // What the other paths give is held against these two above.
    [Theory]
    [MemberData(nameof(TensorsAndScalars))]
    public void Gradients_are_slopes_and_so_are_theirs(string path, int dimensions, LiftAxes axes)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        manual_seed(3);
        var scheme = LiftingScheme.Wavelet(Wavelet.Cdf97, learnable: true, channels: 2, dtype: ScalarType.Float64);
        using var pool = AnyPool.Down(dimensions, scheme, lifted: axes);
        using var up = AnyPool.Up(dimensions, pool);
        var x = randn([1, 2, .. ShortLengths.TakeLast(dimensions)], ScalarType.Float64).requires_grad_();
        Tensor[] variables = [x, .. pool.parameters()];
        Tensor Loss()
        {
            var (y, bands) = pool.forward_with_bands(x);
            var (c_u, c_p) = pool.penalties(x);
            var restored = up.forward(bands[bands.Names[^1]].sin(), bands);
            return Gradients.Weighed(y.square()).add(Gradients.Weighed(restored.square())).add(c_u).add(c_p);
        }

        Gradients.FirstOrderError(Loss, variables).Should().BeLessThan(1e-6);
        Gradients.SecondOrderError(Loss, variables).Should().BeLessThan(1e-6);
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void The_inverse_restores_every_sample(string path, int dimensions, LiftAxes axes)
    {
        using var forced = ComputePath.Force(path);
        foreach (var length in new long[] { 2, 3, 8, 11 })
        {
            foreach (var ceilMode in new[] { false, true })
            {
                using var scope = NewDisposeScope();
                using var unrecorded = no_grad();
                using var pool = AnyPool.Down(dimensions, Channels, ceil_mode: ceilMode, dtype: ScalarType.Float64, lifted: axes);
                using var lossless = AnyPool.Down(
                    dimensions, LiftingScheme.Wavelet(Wavelet.Cdf53, lossless: true), ceil_mode: ceilMode, lifted: axes);
                using var up = AnyPool.Up(dimensions, pool);
                using var back = AnyPool.Up(dimensions, lossless);
                long[] shape = [2, Channels, .. Enumerable.Range(0, dimensions).Select(dim => length + dim)];
                foreach (var sizes in new[] { shape, shape[1..] })
                {
                    var x = randn(sizes, ScalarType.Float64);
                    var integers = randint(-200, 200, sizes).to(ScalarType.Float32);
                    up.forward(pool.forward_with_bands(x).bands).LargestErrorTo(x).Should().BeLessThan(1e-14);
                    back.forward(lossless.forward_with_bands(integers).bands).IsExactly(integers).Should().BeTrue();
                }
            }
        }
    }

    private static void ShouldBeThoseOfEachSlice(
        string path, int dimensions, LiftAxes axes, long length, bool ceilMode, bool channelsLast, PaddingModes padding, DenseMax window)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        LiftDownPool Pool(int ofDimensions, LiftAxes lifted) => AnyPool.Down(
            ofDimensions, Channels, kernel_size: 3, bias: true, padding_mode: padding, ceil_mode: ceilMode, dtype: ScalarType.Float64,
            reduction: BandReduction.Learned, dense_max: window, lifted: lifted);
        var letters = int.PopCount((int)axes);
        using var pool = Pool(dimensions, axes);
        using var alone = Pool(letters, LiftAxes.All);
        alone.load_state_dict(pool.state_dict());

        // No two axes have one length, and those that are not lifted are odd and even too.
        long[] shape = [2, Channels, .. Enumerable.Range(0, dimensions).Select(dim => Lifts(axes, dimensions, dim) ? length + dim : 3 + dim)];
        var x = MemoryLayout.Dense(randn(shape, ScalarType.Float64), channelsLast);
        foreach (var norm in new[] { PenaltyNorm.MeanSquare, (PenaltyNorm?)null })
        {
            var found = AxesValues.Of(pool, dimensions, x, path, norm, into: tensor => tensor);

            var wanted = AxesValues.Of(
                alone, letters, x, "tensor", norm, tensor => Slices.Into(tensor, axes), tensor => Slices.Back(tensor, shape, axes));
            found.Keys.Should().BeEquivalentTo(wanted.Keys);
            foreach (var (name, value) in found)
            {
                value.RelativeNormTo(wanted[name], smallest: 1e-3).Should().BeLessThanOrEqualTo(
                    1e-11, "{0} of [{1}], ceil {2}, channels last {3}, {4}", name, string.Join(", ", shape), ceilMode, channelsLast, padding);
            }
        }
    }

    /// <summary>Every choice of some axes, but not all, in two and three dimensions.</summary>
    internal static IEnumerable<(int Dimensions, LiftAxes Axes)> Choices()
        => from dimensions in Enumerable.Range(2, 2)
           from axes in Enumerable.Range(1, (1 << dimensions) - 2)
           select (dimensions, (LiftAxes)axes);

    internal static bool Lifts(LiftAxes axes, int dimensions, int dim) => axes.HasFlag((LiftAxes)(1 << (dimensions - 1 - dim)));

    private static TheoryData<string, int, LiftAxes> On(IReadOnlyList<string> paths)
    {
        var cases = new TheoryData<string, int, LiftAxes>();
        foreach (var path in paths)
        {
            foreach (var (dimensions, axes) in Choices())
            {
                cases.Add(path, dimensions, axes);
            }
        }

        return cases;
    }

    private static T On<T>(string path, Func<T> compute)
    {
        using var forced = ComputePath.Force(path);
        return compute();
    }
}
