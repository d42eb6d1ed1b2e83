using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// The dense maximum before the lift, beside LibTorch's own max pooling with stride 1 and the same pool without it; and with max-lifting
/// the max pools of window 3.
/// </summary>
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

                var wanted = PathValues.Of(plain, axes, Maximum(x, window), "tensor", seed: 4, PenaltyNorm.L2);
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
    [MemberData(nameof(Everywhere))]
    public void With_max_lifting_it_is_max_pooling_with_a_window_of_three(string path, DenseMax window, int axes)
    {
        using var forced = ComputePath.Force(path);
        foreach (var length in Enumerable.Range(3, axes == 1 ? 38 : axes == 2 ? 20 : 7))
        {
            foreach (var ceilMode in new[] { false, true })
            {
                // Back is the pool with padding in floor mode alone, and by this layer's ceil_mode; ahead is none.
                if (window == DenseMax.Ahead || (window == DenseMax.Back && !ceilMode))
                {
                    continue;
                }

                using var scope = NewDisposeScope();
                using var pool = AnyPool.Down(axes, LiftingScheme.MaxLifting(), bands: 1, ceil_mode: ceilMode, dense_max: window);
                var x = randn([2, Channels, .. Enumerable.Range(0, axes).Select(axis => (long)length + axis)]);

                var found = pool.forward(x);

                var wanted = window == DenseMax.Back ? OfThree(x, padding: 1, ceilMode: false) : OfThree(x, padding: 0, ceilMode);
                found.LargestErrorTo(wanted).Should().BeLessThanOrEqualTo(1e-5, "of {0} samples and ceil mode {1}", length, ceilMode);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Everywhere))]
    public void NaN_and_infinity_come_out_where_max_pooling_lets_them(string path, DenseMax window, int axes)
    {
        using var scope = NewDisposeScope();
        using var forced = ComputePath.Force(path);
        using var pool = AnyPool.Down(axes, new LiftingScheme([]), bands: 1, dense_max: window);
        using var kernel = AnyPool.Down(axes, LiftingScheme.Wavelet(Wavelet.Haar), bands: 1, dense_max: window);
        var x = randn([1, Channels, .. Enumerable.Repeat(9L, axes)]);
        x.view(-1)[5] = float.NaN;
        x.view(-1)[40] = float.NegativeInfinity;

        var maximum = Maximum(x, window);
        using var split = AnyPool.Down(axes, new LiftingScheme([]), bands: 1);
        using var haar = AnyPool.Down(axes, LiftingScheme.Wavelet(Wavelet.Haar), bands: 1);

        pool.forward(x).IsExactly(split.forward(maximum)).Should().BeTrue();
        kernel.forward(x).isnan().IsExactly(haar.forward(maximum).isnan()).Should().BeTrue();
    }

    private static Tensor Maximum(Tensor x, DenseMax window)
    {
        foreach (var dim in Enumerable.Range(2, (int)x.dim() - 2).Reverse())
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

    private static Tensor OfThree(Tensor x, long padding, bool ceilMode)
    {
        using Module<Tensor, Tensor> max = (x.dim() - 2) switch
        {
            1 => MaxPool1d(3, 2, padding, ceil_mode: ceilMode),
            2 => MaxPool2d(3, 2, padding, ceil_mode: ceilMode),
            _ => MaxPool3d(3, 2, padding, ceil_mode: ceilMode),
        };
        return max.forward(x);
    }
}
