using LiftPool.Calls;
using LiftPool.Kernels;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// Where there are more threads than blocks of channels, the planes are cut: each thread computes a stretch of the rows, or of the
/// planes, from a window that reaches over the cut. Nothing of that may be seen in a result.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class StretchTests
{
    private static readonly long[][] Sizes =
    [
        [37, 45], [64, 33], [101, 20], [12, 300], [19, 11, 13], [34, 12, 10], [8, 21, 25],
    ];

    public static TheoryData<string, long[], PaddingModes, bool, ScalarType> Cases
    {
        get
        {
            var cases = new TheoryData<string, long[], PaddingModes, bool, ScalarType>();
            foreach (var path in EachPath.Kernels)
            {
                foreach (var size in Sizes)
                {
                    foreach (var padding in AnyPool.Paddings)
                    {
                        cases.Add(path, size, padding, false, ScalarType.Float32);
                        cases.Add(path, size, padding, true, ScalarType.Float32);
                    }

                    cases.Add(path, size, PaddingModes.Zeros, false, ScalarType.Float64);
                    cases.Add(path, size, PaddingModes.Zeros, false, ScalarType.BFloat16);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Many_threads_give_to_the_bit_what_one_gives(
        string path, long[] lengths, PaddingModes padding, bool ceilMode, ScalarType dtype)
    {
        using var forced = ComputePath.Force(path);
        var axes = lengths.Length;
        foreach (var channelsLast in new[] { false, true })
        {
            using var scope = NewDisposeScope();
            using var pool = AnyPool.Down(axes, 17, kernel_size: axes == 3 ? 3 : 5, padding_mode: padding, ceil_mode: ceilMode, dtype: dtype);
            using var up = AnyPool.Up(axes, pool);
            var x = MemoryLayout.Dense(randn([1, 17, .. lengths], dtype: dtype), channelsLast);

            var one = On(1, () => Values(pool, up, x));
            foreach (var threads in new[] { 2, 3, 8 })
            {
                var many = On(threads, () => Values(pool, up, x));
                many.Zip(one, (found, right) => found.IsExactly(right)).Should().OnlyContain(
                    same => same, "{0} threads, channels last {1}", threads, channelsLast);
            }
        }
    }

    // Fewer blocks of channels than threads, and more; gradients, for which planes are not cut.
    [Theory]
    [InlineData(1, 16)]
    [InlineData(1, 64)]
    [InlineData(3, 35)]
    public void A_team_of_threads_gets_what_tensor_operations_get(int batch, int channels)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var pool = new LiftDownPool2d(channels, dtype: ScalarType.Float64);
        var x = randn(batch, channels, 40, 42, dtype: ScalarType.Float64);
        Dictionary<string, Tensor> On4(string path) => On(4, () => PathValues.Of(pool, 2, x, path, seed: 1));

        var wanted = On4("tensor");
        foreach (var (name, value) in On4(ComputePath.Paths[0]))
        {
            value.RelativeNormTo(wanted[name]).Should().BeLessThanOrEqualTo(1e-10, "{0} agrees", name);
        }
    }

    // Of two blocks of channels an odd number of threads has one stretch more than threads.
    [Fact]
    public void Memory_of_each_stretch_is_given_back()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        using var forced = ComputePath.Force(ComputePath.Paths[0]);
        var channels = 2 * Math.Max(1, ComputePath.WidestBits(ComputePath.Paths[0])!.Value / 32);
        using var pool = new LiftDownPool2d(channels);
        var x = randn(1, channels, 100, 102);
        void Calls()
        {
            for (var i = 0; i < 250; i++)
            {
                using var inner = NewDisposeScope();
                On(2 + (i % 5), () => pool.forward(x));
            }
        }

        Calls();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Calls();
        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(8 << 20, "100 stretches take 256 KiB or more each");
    }

    [Fact]
    public void Stretches_are_whole_planes_together_and_their_windows_reach_as_far_as_the_steps()
    {
        KernelStep[] steps = [new(IsPredict: true, 5), new(IsPredict: false, 3)];
        var whole = new Geometry(1, 16, [40, 9], ceilMode: false, Border.Zeros, steps, 1, 1);

        var parts = whole.Cut(3);

        parts.Select(part => part.Stretch).Should().Equal(new Stretch(0, 6, 0, 9), new Stretch(6, 13, 3, 16), new Stretch(13, 20, 10, 20));
        parts.Select(part => part.Rows).Should().Equal(9, 13, 10);
        whole.Cut(100).Should().HaveCount(20 / 6, "a window is not to be much larger than its stretch");
        new Geometry(1, 16, [40, 9], ceilMode: false, Border.Circular, steps, 1, 1).Cut(3).Should().HaveCount(1, "the ends meet");
        new Geometry(1, 16, [400], ceilMode: false, Border.Zeros, steps, 1, 1).Cut(3).Should().HaveCount(1, "long rows go in pieces elsewhere");
    }

    private static List<Tensor> Values(LiftDownPool pool, LiftUpPool up, Tensor x)
    {
        using var unrecorded = no_grad();
        var (y, bands) = pool.forward_with_bands(x);
        return [y, .. bands.Names.Select(name => bands[name]), up.forward(bands), pool.forward(x)];
    }

    private static T On<T>(int threads, Func<T> compute)
    {
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            return compute();
        }
        finally
        {
            set_num_threads(before);
        }
    }
}
