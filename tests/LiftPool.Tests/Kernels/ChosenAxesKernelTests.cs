using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>What is cut, in pieces or stretches, or computed once more in backward, along chosen axes.</summary>
public sealed class ChosenAxesKernelTests : IClassFixture<OneThread>, IDisposable
{
    private readonly (long Samples, long Elements) usual = (Pieces.MostSamples, Pieces.MostElements);

    public static TheoryData<string, int, LiftAxes> Everywhere => ChosenAxesTests.Everywhere;

    public static TheoryData<int, LiftAxes> Choices
    {
        get
        {
            var cases = new TheoryData<int, LiftAxes>();
            foreach (var (dimensions, axes) in ChosenAxesTests.Choices())
            {
                cases.Add(dimensions, axes);
            }

            return cases;
        }
    }

    public void Dispose() => (Pieces.MostSamples, Pieces.MostElements) = usual;

    // Only where the first axis is lifted do its ends meet, and is there anything to cut.
    [Theory]
    [MemberData(nameof(Choices))]
    public void Circular_planes_go_in_pieces_where_their_ends_meet(int dimensions, LiftAxes axes)
    {
        foreach (var (ceilMode, norm, channelsLast) in new (bool, PenaltyNorm?, bool)[]
        {
            (false, PenaltyNorm.L2, false), (true, PenaltyNorm.MeanSquare, true), (true, null, false),
        })
        {
            foreach (var elements in new[] { 200L, usual.Elements })
            {
                using var scope = NewDisposeScope();
                manual_seed(2);
                using var pool = AnyPool.Down(
                    dimensions, 3, bias: true, padding_mode: PaddingModes.Circular, ceil_mode: ceilMode, dtype: ScalarType.Float64,
                    lifted: axes);
                long[] shape = dimensions == 2 ? [3, 3, 101, 7] : [3, 3, 101, 5, 4];
                var x = MemoryLayout.Dense(randn(shape, ScalarType.Float64), channelsLast);
                var lifted = new LiftedAxes(dimensions, axes);
                (Pieces.MostSamples, Pieces.MostElements) = usual;
                var wanted = PathValues.Of(pool, dimensions, x, "tensor", seed: 3, norm);

                (Pieces.MostSamples, Pieces.MostElements) = (40, elements);
                var request = new DownRequest(pool.Scheme.Steps, lifted) { CeilMode = ceilMode };
                var call = PiecewiseCall.For(request, FusedScheme.Of(pool.Scheme.Steps)!, bits: 0, x);
                (call is PiecewiseCall).Should().Be(lifted.Lifts(2));
                foreach (var (name, value) in PathValues.Of(pool, dimensions, x, "scalar", seed: 3, norm))
                {
                    value.RelativeNormTo(wanted[name], smallest: 1e-3).Should().BeLessThanOrEqualTo(1e-12, "{0}, ceil {1}", name, ceilMode);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    [Trait(EachPath.Name, EachPath.Value)]
    public void Many_threads_give_to_the_bit_what_one_gives(string path, int dimensions, LiftAxes axes)
    {
        using var forced = ComputePath.Force(path);
        foreach (var padding in new[] { PaddingModes.Zeros, PaddingModes.Replicate, PaddingModes.Circular })
        {
            foreach (var ceilMode in new[] { false, true })
            {
                using var scope = NewDisposeScope();
                using var pool = AnyPool.Down(
                    dimensions, 17, kernel_size: 3, padding_mode: padding, ceil_mode: ceilMode, lifted: axes);
                using var up = AnyPool.Up(dimensions, pool);
                var x = MemoryLayout.Dense(randn(dimensions == 2 ? [1, 17, 31, 23] : [1, 17, 31, 23, 9]), channelsLast: ceilMode);
                Tensor[] Values()
                {
                    using var unrecorded = no_grad();
                    var (y, bands) = pool.forward_with_bands(x);
                    return [y, .. bands.Values, up.forward(bands), pool.forward(x)];
                }

                var one = Values();
                foreach (var threads in new[] { 2, 3, 8 })
                {
                    set_num_threads(threads);
                    try
                    {
                        Values().Zip(one, (found, right) => found.IsExactly(right)).Should().OnlyContain(
                            same => same, "of {0} threads, {1}", threads, padding);
                    }
                    finally
                    {
                        set_num_threads(1);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public void Recomputing_changes_no_number(int dimensions, LiftAxes axes)
    {
        using var scope = NewDisposeScope();
        using var pool = AnyPool.Down(dimensions, 5, dtype: ScalarType.Float64, lifted: axes);
        var x = randn([2, 5, .. new long[] { 5, 6, 7 }.Take(dimensions)], ScalarType.Float64);
        var kept = PathValues.Of(pool, dimensions, x, "tensor", seed: 4, PenaltyNorm.L2);

        pool.recompute = true;

        foreach (var (name, value) in PathValues.Of(pool, dimensions, x, "tensor", seed: 4, PenaltyNorm.L2))
        {
            value.RelativeNormTo(kept[name], smallest: 1e-3).Should().BeLessThan(1e-13, name);
        }
    }
}
