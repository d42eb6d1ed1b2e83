using System.Reflection;
using LiftPool.Calls;
using TorchSharp.Modules;

namespace LiftPool.Tests;

/// <summary>
/// A view like <c>z.conj().imag</c> has a lazy sign: its memory holds the values' negatives. <c>contiguous()</c> resolves that only
/// where it copies, so a view without gaps keeps it.
/// </summary>
[Trait(EachPath.Name, EachPath.Value)]
public sealed class LazySignTests : IClassFixture<OneThread>
{
    private static readonly int[] Dimensions = [1, 2, 3];
    private static readonly BandReduction[] Reductions = Enum.GetValues<BandReduction>();

    public static IEnumerable<object[]> Cases =>
        from path in ComputePath.Paths
        from axes in Dimensions
        select new object[] { path, axes };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Inputs_and_bands_have_the_values_that_they_show(string path, int axes)
    {
        using var forced = ComputePath.Force(path);
        foreach (var (channelsLast, one) in new[] { (false, false), (false, true), (true, false) })
        {
            using var scope = NewDisposeScope();
            manual_seed(1);
            var channels = one ? 1 : 4;
            using var pool = AnyPool.Down(axes, channels, kernel_size: 3, ceil_mode: true, dtype: ScalarType.Float64);
            using var up = AnyPool.Up(axes, pool);
            long[] shape = one ? [1, 1, .. Enumerable.Repeat(1L, axes)] : AnyPool.Eights(axes, 2, channels);
            var values = randn(shape, ScalarType.Float64);
            var x = Lazy(values, channelsLast && axes > 1);
            x.is_neg().Should().BeTrue();

            var (y, bands) = pool.forward_with_bands(x);
            var (wanted, wantedBands) = pool.forward_with_bands(values);
            var features = Lazy(wanted, channelsLast && axes > 1);

            y.LargestErrorTo(wanted).Should().BeLessThan(1e-13, "the output");
            pool.forward(x).LargestErrorTo(wanted).Should().BeLessThan(1e-13, "the output alone");
            pool.penalties(x).c_u.LargestErrorTo(pool.penalties(values).c_u).Should().BeLessThan(1e-13, "c_u");
            up.forward(bands).LargestErrorTo(values).Should().BeLessThan(1e-13, "the input comes back");
            var decoded = up.forward(wanted, wantedBands);
            up.forward(features, bands).LargestErrorTo(decoded).Should().BeLessThan(1e-13, "features take LL's place");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_that_arrive_with_one_have_the_values_that_they_show(string path, int axes)
    {
        using var forced = ComputePath.Force(path);
        foreach (var reduction in Reductions)
        {
            using var scope = NewDisposeScope();
            manual_seed(2);
            using var pool = AnyPool.Down(axes, 4, kernel_size: 3, reduction: reduction, dtype: ScalarType.Float64);
            using var up = AnyPool.Up(axes, pool);
            var x = randn(AnyPool.Eights(axes, 2, 4), ScalarType.Float64).requires_grad_();
            Tensor[] variables = [x, .. pool.parameters()];
            using var penalty = new LiftRegularizer(1, 1);
            var (y, bands) = pool.forward_with_bands(x);
            var restored = up.forward(bands[bands.Names[0]].mul(2), bands);

            foreach (var output in new[] { y, bands[bands.Names[^1]], restored, penalty.Shares[0].c_u, penalty.Shares[0].c_p })
            {
                var upstream = randn_like(output.detach());
                var wanted = Of(output, upstream);
                foreach (var (found, right) in Of(output, Lazy(upstream, channelsLast: false)).Zip(wanted))
                {
                    found.LargestErrorTo(right).Should().BeLessThan(1e-13, "{0}", reduction);
                }
            }

            Tensor[] Of(Tensor output, Tensor upstream) => Derivative.Of(output, variables, createGraph: false, upstream);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_and_gains_of_that_kind_too(string path, int axes)
    {
        using var forced = ComputePath.Force(path);
        foreach (var linear in new[] { false, true })
        {
            using var scope = NewDisposeScope();
            manual_seed(3);
            var x = randn(AnyPool.Eights(axes, 2, 4), ScalarType.Float64);
            LiftingScheme Scheme() => linear
                ? LiftingScheme.Wavelet(Wavelet.Cdf53, learnable: true, channels: 4, dtype: ScalarType.Float64)
                : new LiftingScheme(4, kernel_size: 3, bias: true, dtype: ScalarType.Float64);
            LiftDownPool New() => AnyPool.Down(axes, Scheme(), reduction: BandReduction.Learned, channels: 4);
            using var plain = New();
            using var lazy = New();
            lazy.load_state_dict(plain.state_dict());
            ReplaceWeights(lazy);
            var upstream = randn_like(plain.forward(x).detach());

            var (found, wanted) = (lazy.forward(x), plain.forward(x));
            found.mul(upstream).sum().backward();
            wanted.mul(upstream).sum().backward();

            found.LargestErrorTo(wanted).Should().BeLessThan(1e-13);
            foreach (var ((name, weight), right) in WeightsOf(lazy).Zip(WeightsOf(plain)))
            {
                weight.is_neg().Should().BeTrue();
                weight.grad!.LargestErrorTo(right.Weight.grad!).Should().BeLessThan(1e-12, "the gradient of {0}", name);
            }
        }
    }

    // As code of somebody's own may, and as `.to()` does.
    private static void ReplaceWeights(nn.Module module)
    {
        foreach (var (owner, field) in Fields(module))
        {
            field.SetValue(owner, Parameter(Lazy(((Tensor)field.GetValue(owner)!).detach(), channelsLast: false)));
        }
    }

    private static IEnumerable<(string Name, Tensor Weight)> WeightsOf(nn.Module module)
        => Fields(module).Select(weight => ($"{weight.Owner.GetName()}.{weight.Field.Name}", (Tensor)weight.Field.GetValue(weight.Owner)!));

    private static IEnumerable<(nn.Module Owner, FieldInfo Field)> Fields(nn.Module module)
        => from owner in module.modules().Prepend(module)
           from type in new[] { owner.GetType(), owner.GetType().BaseType! }
           from field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
           where field.GetValue(owner) is Parameter
           select (owner, field);

    /// <summary>The same values with a lazy sign, and without gaps in memory.</summary>
    private static Tensor Lazy(Tensor values, bool channelsLast)
    {
        if (channelsLast)
        {
            var order = values.dim() == 4 ? new long[] { 0, 2, 3, 1 } : [0, 2, 3, 4, 1];
            var back = values.dim() == 4 ? new long[] { 0, 3, 1, 2 } : [0, 4, 1, 2, 3];
            return Lazy(values.permute(order).contiguous(), channelsLast: false).permute(back);
        }

        // The imaginary parts of a conjugate are every second number of it, its memory read on without gaps from the first.
        var gaps = complex(zeros_like(values), zeros_like(values)).conj().imag;
        var without = gaps.as_strided(values.shape, values.contiguous().stride(), 0);
        using var noGrad = no_grad();
        return without.copy_(values);
    }
}
