using LiftPool.Lifting;

namespace LiftPool.Surgery;

/// <summary>
/// Makes the module that comes to a pool's place, and compares the two on what the example brought there. What goes wrong with it is why
/// that pool stays, and no other.
/// </summary>
internal sealed class LiftMaker(ModuleNames model, LiftSurgeryOptions options)
{
    private readonly HashSet<Module> given = new(ReferenceEqualityComparer.Instance);

    internal void Make(PoolSite site)
    {
        // Weights that are made in inference mode never learn. No dispose scope: it would end what Start makes.
        using var ordinary = inference_mode(false);
        Module<Tensor, Tensor>? lift;
        try
        {
            lift = NewLift(site.Describe(), site.Window.Kind);
        }
        catch (Exception fault)
        {
            site.Refuse($"{(options.Start is null ? "no lift can be made" : "Start throws")}: {FirstLine(fault.Message)}");
            return;
        }

        if (lift is null || ReferenceEquals(lift, site.Pool))
        {
            site.Keep("left as it is by Start");
        }
        else if (model.Has(lift))
        {
            site.Refuse("what Start gave stands in another place already");
        }
        else if (!given.Add(lift))
        {
            site.Refuse("Start gave the same module for another place");
        }
        else
        {
            Fit(site, lift);
        }
    }

    private void Fit(PoolSite site, Module<Tensor, Tensor> lift)
    {
        try
        {
            site.Take(lift);
            site.Text = TextOf(site);
            QuietPass.Run(new(site.Lift!), () => Compare(site, site.Lift!));
            site.Lift!.train(site.Pool.training);
        }
        catch (Exception fault)
        {
            site.Refuse($"{(options.Start is null ? "a lift" : "what Start gave")} cannot stand there: {FirstLine(fault.Message)}");
        }
    }

    private Module<Tensor, Tensor>? NewLift(LiftSurgerySite site, PoolKind kind)
    {
        if (options.Start is { } start)
        {
            return start(site);
        }

        var (learnable, channels, device, dtype) = (options.Learnable, site.Channels, site.Device, site.Dtype);
        return site.NewPool(kind switch
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

    private string TextOf(PoolSite site)
    {
        var text = options.Start is null ? TextOf(site.Window, site.Counterpart!) : FirstLineOf(site.Given!);
        return site.Pool is Convolution ? $"stride 1, then {text}" : text;
    }

    private static string TextOf(PoolWindow window, Counterpart lift)
        => new ModuleText($"LiftDownPool{window.Dimensions}d")
            .With(window.Kind switch { PoolKind.Max => "MaxLifting", PoolKind.Mean => "Mean", _ => "first of each pair" })
            .With("ceil_mode", lift.CeilMode)
            .With<Enum>("axes", lift.Axes == LiftAxes.All ? null : lift.Axes)
            .With("dense_max", lift.DenseMax, usual: DenseMax.None)
            .ToString();

    // What is in it takes lines of its own.
    private static string FirstLineOf(Module lift)
        => new ModuleText("").With(lift).ToString()[1..^1] is var text && text.Split('\n') is [var name, var arguments, ..]
            ? $"{name}{arguments.Trim()})" : text;

    private static string FirstLine(string message) => message.Split('\n')[0].TrimEnd();

    private void Compare(PoolSite site, Module<Tensor, Tensor> lift)
    {
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
                site.Refuse(double.IsFinite(difference)
                    ? FormattableString.Invariant($"on the example a lift differs from it by {difference:0.0e+0} of the largest value")
                    : "the example brings NaN or infinities there, on which the two cannot be compared");
            }
        }
    }

    // A convolution of another stride sums in another order.
    private static double Bound(PoolSite site, ScalarType dtype)
    {
        var eps = finfo(dtype).eps;
        return site.Pool is Convolution ? Math.Sqrt(eps) : 2 * site.Window.Dimensions * eps;
    }

    // Some devices have no Float64.
    private static double Largest(Tensor x) => x.numel() == 0 ? 0 : x.abs().max().cpu().to(ScalarType.Float64).item<double>();
}
