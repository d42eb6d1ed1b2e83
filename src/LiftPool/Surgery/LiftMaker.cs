using LiftPool.Lifting;

namespace LiftPool.Surgery;

/// <summary>Makes the module that comes to a pool's place, and compares the two on what the example brought there.</summary>
internal sealed class LiftMaker(LiftSurgeryOptions options)
{
    internal void Make(PoolSite site)
    {
        using var scope = NewDisposeScope();
        var described = site.Describe();
        var lift = options.Start is { } start ? start(described) : NewEqual(described, site.Window.Kind);
        if (lift is null)
        {
            site.Keep("left as it is by Start");
            return;
        }

        site.Text = options.Start is null ? TextOf(site.Window.Kind, described) : FirstLine(lift);
        if (site.Pool is Convolution convolution)
        {
            lift = new LiftedConvolution(convolution, lift);
            site.Text = $"stride 1, then {site.Text}";
        }

        Compare(site, lift);
        lift.train(site.Pool.training);
        site.Lift = lift;
    }

    private static string TextOf(PoolKind kind, LiftSite site)
        => new ModuleText($"LiftDownPool{site.Dimensions}d")
            .With(kind switch { PoolKind.Max => "MaxLifting", PoolKind.Mean => "Mean", _ => "first of each pair" })
            .With("ceil_mode", site.CeilMode)
            .With<Enum>("axes", site.Axes == LiftAxes.All ? null : site.Axes)
            .With("dense_max", site.DenseMax, usual: DenseMax.None)
            .ToString();

    // What is in it takes lines of its own.
    private static string FirstLine(Module lift)
        => new ModuleText("").With(lift).ToString()[1..^1].Split('\n') is [var name, var arguments, ..]
            ? $"{name}{arguments.Trim()})" : new ModuleText("").With(lift).ToString()[1..^1];

    private LiftDownPool NewEqual(LiftSite site, PoolKind kind)
    {
        var (learnable, channels, device, dtype) = (options.Learnable, site.Channels, site.Device, site.Dtype);
        return site.Pool(kind switch
        {
            PoolKind.Max => LiftingScheme.MaxLifting(learnable, channels, device: device, dtype: dtype),
            PoolKind.Mean => LiftingScheme.Mean(learnable, channels, device: device, dtype: dtype),
            _ => First(learnable, channels, device, dtype),
        });
    }

    // d = xo - xe, s = xe + d: the first sample of each pair.
    private static LiftingScheme First(bool learnable, long? channels, Device device, ScalarType dtype)
    {
        Module<Tensor, Tensor> One() => LiftingOperators.Filter([1], learnable, channels, device: device, dtype: dtype);
        return new(One(), One());
    }

    private void Compare(PoolSite site, Module<Tensor, Tensor> lift)
    {
        using var noGradients = no_grad();
        using var noPenalties = new LiftRegularizer();
        foreach (var input in site.Inputs)
        {
            using var scope = NewDisposeScope();
            var (was, now) = (((Module<Tensor, Tensor>)site.Pool).forward(input), lift.forward(input));
            if (!was.shape.AsSpan().SequenceEqual(now.shape) || was.dtype != now.dtype)
            {
                var (got, wanted) = ($"{now.dtype} {Errors.Shape(now)}", $"{was.dtype} {Errors.Shape(was)}");
                site.Refuse($"what Start gave makes {got} of {Errors.Shape(input)}, the pool {wanted}");
                return;
            }

            var largest = site.Pool is Convolution ? Largest(was) : Largest(input);
            var difference = Largest(was - now) / Math.Max(largest, double.Epsilon);
            site.Difference = Math.Max(site.Difference ?? 0, difference);
            if (options.Start is null && !(difference <= Bound(site, input.dtype)))
            {
                site.Refuse(FormattableString.Invariant(
                    $"on the example a lift differs from it by {difference:0.0e+0} of the largest value, as infinities make it"));
                return;
            }
        }
    }

    // A convolution of another stride sums in another order.
    private static double Bound(PoolSite site, ScalarType dtype)
    {
        var eps = finfo(dtype).eps;
        return site.Pool is Convolution ? Math.Sqrt(eps) : 2 * site.Window.Dimensions * eps;
    }

    private static double Largest(Tensor x) => x.numel() == 0 ? 0 : x.to(ScalarType.Float64).abs().max().item<double>();
}
