using LiftPool.Calls;
using LiftPool.Lifting;

namespace LiftPool.Tests;

/// <summary>
/// A new layer with the paper's operators in some dtype, an input, bands and gradients of the outputs, and what the formulas make of these
/// same numbers in float64.
/// </summary>
internal sealed class PrecisionPoint : IDisposable
{
    private const long Channels = 18;

    // Nearer to zero an argument of a ReLU may fall on the other side in float32, and the gradient is another.
    private const double ReluMargin = 1e-5;

    private readonly LiftDownPool pool;
    private readonly LiftUpPool up;
    private readonly LiftDownPool exact;
    private readonly Tensor x;
    private readonly Tensor[] bands;

    private PrecisionPoint(ScalarType dtype, int axes, int seed, int draw)
    {
        manual_seed((1000 * seed) + draw);
        LiftDownPool New(ScalarType type)
            => AnyPool.Down(
                axes, Channels, bias: seed % 3 == 0, padding_mode: AnyPool.Paddings[seed % 4], ceil_mode: seed % 8 < 4, dtype: type);
        (pool, exact) = (New(dtype), New(ScalarType.Float64));
        up = AnyPool.Up(axes, pool);
        exact.load_state_dict(pool.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().to(ScalarType.Float64)));
        long[] lengths = axes switch { 1 => [33], 2 => [9, 14], _ => [6, 7, 8] };
        x = randn([2, Channels, .. lengths]).to(dtype);
        bands = [.. Enumerable.Range(0, 1 << axes).Select(_ => randn([2, Channels, .. lengths.Select(n => n / 2)]).to(dtype))];
    }

    /// <summary>A point whose ReLU arguments are away from zero.</summary>
    internal static PrecisionPoint Draw(ScalarType dtype, int axes, int seed)
    {
        for (var draw = 0; draw < 100; draw++)
        {
            var point = new PrecisionPoint(dtype, axes, seed, draw);
            if (point.SmallestReluArgument() >= ReluMargin)
            {
                return point;
            }

            point.Dispose();
        }

        throw new InvalidOperationException("No draw keeps its ReLU arguments from zero.");
    }

    /// <summary>What the formulas give in float64.</summary>
    internal Dictionary<Quantity, Tensor[]> Exact()
    {
        var (leaf, leaves) = (Leaf(x, ScalarType.Float64), Array.ConvertAll(bands, band => Leaf(band, ScalarType.Float64)));
        var y = ReferenceLift.Output(exact, (1 << bands.Length) - 1, leaf);
        var restored = ReferenceLift.Inverse(exact.Scheme, leaves);
        return Values(y, ReferenceLift.Bands(exact, leaf), restored, [x], leaf, leaves, exact);
    }

    /// <summary>What the layer gives on a path.</summary>
    internal Dictionary<Quantity, Tensor[]> On(string path)
    {
        using var forced = ComputePath.Force(path);
        var (leaf, leaves) = (Leaf(x, x.dtype), Array.ConvertAll(bands, band => Leaf(band, x.dtype)));
        var (y, own) = pool.forward_with_bands(leaf);
        ComputePath.Last.Should().Be(path);
        var values = Values(y, [.. own.Values], up.forward(new LiftBands(leaves)), [up.forward(own)], leaf, leaves, pool);
        ComputePath.Last.Should().Be(path);
        return values;
    }

    /// <summary>
    /// The largest error over the largest value that there is; of the inverse over the largest of input, output and bands, which it comes
    /// from.
    /// </summary>
    internal static double Error(Quantity quantity, Dictionary<Quantity, Tensor[]> found, Dictionary<Quantity, Tensor[]> wanted)
    {
        var met = quantity == Quantity.Inverse ? wanted[Quantity.Forward] : [];
        var least = met.Select(one => one.LargestMagnitude()).Aggregate(0.0, Math.Max);
        found[quantity].Should().HaveSameCount(wanted[quantity]);
        return found[quantity].Zip(wanted[quantity])
            .Select(pair => pair.First.LargestErrorTo(pair.Second) / Math.Max(least, pair.Second.LargestMagnitude()))
            .Aggregate(0.0, Math.Max);
    }

    public void Dispose()
    {
        pool.Dispose();
        up.Dispose();
        exact.Dispose();
    }

    private Dictionary<Quantity, Tensor[]> Values(
        Tensor y, Tensor[] own, Tensor restored, Tensor[] inverse, Tensor leaf, Tensor[] leaves, LiftDownPool layer)
    {
        manual_seed(1);
        Tensor[] weights = [.. layer.parameters()];
        Tensor Upstream(Tensor output) => randn(output.shape).to(x.dtype).to(output.dtype);
        var down = Derivative.Of(y, [leaf, .. weights], createGraph: false, Upstream(y));
        var back = Derivative.Of(restored, [.. leaves, .. weights], createGraph: false, Upstream(restored));
        return new()
        {
            [Quantity.Inverse] = inverse,
            [Quantity.Forward] = [y, .. own, restored],
            [Quantity.InputGradient] = [down[0], .. back[..leaves.Length]],
            [Quantity.WeightGradients] = [.. down[1..], .. back[leaves.Length..]],
        };
    }

    private double SmallestReluArgument()
    {
        var smallest = double.PositiveInfinity;
        var hooks = exact.Scheme.named_modules().Where(named => named.name.EndsWith("conv", StringComparison.Ordinal))
            .Select(named => ((SameConv1d)named.module).register_forward_hook((_, _, argument) =>
            {
                smallest = Math.Min(smallest, argument.abs().min().item<double>());
                return argument;
            }))
            .ToArray();
        using var noGrad = no_grad();
        ReferenceLift.Bands(exact, x.to(ScalarType.Float64));
        ReferenceLift.Inverse(exact.Scheme, Array.ConvertAll(bands, band => band.to(ScalarType.Float64)));
        Array.ForEach(hooks, hook => hook.remove());
        smallest.Should().BeLessThan(double.PositiveInfinity, "the hooks ran");
        return smallest;
    }

    private static Tensor Leaf(Tensor tensor, ScalarType dtype) => tensor.to(dtype, copy: true).requires_grad_();
}
