using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// The dense maximum before the lift, beside LibTorch's own max pooling with stride 1 and the same pool without it; and with max-lifting
/// the max pools of window 3.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class DenseMaxTests : IClassFixture<OneThread>
{
    private const long Channels = 17;

    public static TheoryData<string, DenseMax, int> Everywhere
    {
        get
        {
            var cases = new TheoryData<string, DenseMax, int>();
            foreach (var path in ComputePath.Paths)
            {
                foreach (var window in new[] { DenseMax.Ahead, DenseMax.Back, DenseMax.Valid })
                {
                    for (var axes = 1; axes <= 3; axes++)
                    {
                        cases.Add(path, window, axes);
                    }
                }
            }

            return cases;
        }
    }

    public static TheoryData<string, DenseMax, bool, int> ThoseOfThree
    {
        get
        {
            var cases = new TheoryData<string, DenseMax, bool, int>();
            foreach (var path in ComputePath.Paths)
            {
                for (var axes = 1; axes <= 3; axes++)
                {
                    cases.Add(path, DenseMax.Valid, false, axes);
                    cases.Add(path, DenseMax.Valid, true, axes);
                    cases.Add(path, DenseMax.Back, true, axes);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void It_is_max_pooling_with_stride_1_and_then_the_pool(string path, DenseMax window, int axes)
    {
        foreach (var (ceilMode, channelsLast) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            foreach (var length in new long[] { 3, 4, 9 })
            {
                using var scope = NewDisposeScope();
                using var pool = AnyPool.Down(
                    axes, Channels, kernel_size: 3, ceil_mode: ceilMode, dtype: ScalarType.Float64, dense_max: window);
                using var plain = AnyPool.Down(axes, Channels, kernel_size: 3, ceil_mode: ceilMode, dtype: ScalarType.Float64);
                plain.load_state_dict(pool.state_dict());
                long[] shape = [2, Channels, .. Enumerable.Range(0, axes).Select(axis => length + axis)];
                var x = MemoryLayout.Dense(randn(shape, ScalarType.Float64), channelsLast && axes > 1);

                // Ties along every axis, whose gradient goes to the first of equals.
                for (var dim = 2; dim < x.dim(); dim++)
                {
                    x.narrow(dim, 1, 1).copy_(x.narrow(dim, 0, 1));
                }

                var found = PathValues.Of(pool, axes, x, path, seed: 4, PenaltyNorm.L2);

                var wanted = PathValues.Of(plain, axes, Maximum(x, window), path, seed: 4, PenaltyNorm.L2);
                var leaf = x.detach().requires_grad_();
                Maximum(leaf, window).backward([wanted["gradient of the input"]]);
                wanted["gradient of the input"] = leaf.grad!;
                foreach (var (name, value) in found)
                {
                    value.RelativeNormTo(wanted[name], smallest: 1e-3).Should().BeLessThanOrEqualTo(
                        1e-10, "{0} of [{1}], ceil {2}, channels last {3}", name, string.Join(", ", shape), ceilMode, channelsLast);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(ThoseOfThree))]
    public void With_max_lifting_it_is_max_pooling_with_a_window_of_three(string path, DenseMax window, bool ceilMode, int axes)
    {
        using var forced = ComputePath.Force(path);
        using var pool = AnyPool.Down(axes, LiftingScheme.MaxLifting(), bands: 1, ceil_mode: ceilMode, dense_max: window);

        // Back with this layer's ceil_mode is the pool with padding in floor mode. Without padding the smallest window of three is cut.
        using var max = window == DenseMax.Back ? OfThree(axes, padding: 1, ceilMode: false) : OfThree(axes, padding: 0, ceilMode);
        foreach (var length in BesidePool.Lengths(axes, window == DenseMax.Valid && !ceilMode ? 3 : 2))
        {
            using var scope = NewDisposeScope();
            BesidePool.ShouldBe(pool, max, [2, Channels, .. length]);
            ComputePath.Last.Should().Be(path);
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void Along_an_axis_that_is_not_lifted_there_is_none(string path, DenseMax window, int axes)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        using var pool = AnyPool.Down(axes, Channels, dtype: ScalarType.Float64, dense_max: window, lifted: LiftAxes.Width);
        using var plain = AnyPool.Down(axes, Channels, dtype: ScalarType.Float64, lifted: LiftAxes.Width);
        plain.load_state_dict(pool.state_dict());
        var x = randn([1, Channels, .. new long[] { 4, 5, 7 }.TakeLast(axes)], ScalarType.Float64);

        pool.forward(x).ErrorTo(plain.forward(Maximum(x, window, [(int)x.dim() - 1]))).Should().BeLessThan(1e-14);
    }

    private static Tensor Maximum(Tensor x, DenseMax window) => Maximum(x, window, Enumerable.Range(2, (int)x.dim() - 2).Reverse());

    private static Tensor Maximum(Tensor x, DenseMax window, IEnumerable<int> dims)
    {
        foreach (var dim in dims)
        {
            var n = x.size(dim);

            // torch.maximum would share the gradient of a tie.
            var (first, second) = (x.narrow(dim, 0, n - 1), x.narrow(dim, 1, n - 1));
            var pairs = where(first.lt(second).logical_or(second.isnan()), second, first);
            x = window switch
            {
                DenseMax.Ahead => cat([pairs, x.narrow(dim, n - 1, 1)], dim),
                DenseMax.Back => cat([x.narrow(dim, 0, 1), pairs], dim),
                _ => pairs,
            };
        }

        return x;
    }

    private static Module<Tensor, Tensor> OfThree(int axes, long padding, bool ceilMode) => axes switch
    {
        1 => MaxPool1d(3, 2, padding, ceil_mode: ceilMode),
        2 => MaxPool2d(3, 2, padding, ceil_mode: ceilMode),
        _ => MaxPool3d(3, 2, padding, ceil_mode: ceilMode),
    };
}
