using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>The pool of a generated call, its input, and the formulas that answer for it.</summary>
internal sealed class FuzzSubject : IDisposable
{
    // More than there are blocks of channels, often: planes are cut then.
    private const int ManyThreads = 3;

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Random random;
    private LiftPyramid? pyramid;

    internal FuzzSubject(FuzzCase one)
    {
        Case = one;
        manual_seed(one.Seed);
        random = new(one.Seed);
        set_num_threads(one.Choice % 3 == 0 || one.Signal.Lengths[0] > 32 ? ManyThreads : 1);
        Pool = FuzzMaking.NewPool(one, isByArguments: one.Choice % 2 == 0);
        Scheme = Pool.Scheme;

        // A scheme without weights has no type, and the weights of the reduction TorchSharp's default.
        Pool.to(one.Pool.Dtype);
        using (no_grad())
        {
            foreach (var weight in Pool.parameters())
            {
                weight.mul_(one.Scheme.WeightScale);
            }
        }

        Pool.recompute = one.Pool.Recompute;
    }

    internal FuzzCase Case { get; }

    /// <summary>How many gradients, first or second, were compared with the formulas', each on each path.</summary>
    internal long Checked { get; private set; }

    /// <summary>How many were not, near a kink or rounded too often: that they are there and finite is all that was asked.</summary>
    internal long LeftOut { get; private set; }

    internal LiftingScheme Scheme { get; }

    internal LiftDownPool Pool { get; }

    /// <summary>A pyramid of the pool, made when it is asked for.</summary>
    internal LiftPyramid Pyramid => pyramid ??= new(Pool, FuzzPyramidCalls.Levels(Case));

    /// <summary>Whether the formulas give the same integers: with taps that are sums of few powers of two.</summary>
    internal bool HasReference => !Case.Scheme.Lossless || Case.Scheme.Wavelet is Wavelet.Haar or Wavelet.Cdf53;

    internal void CountGradient(bool isChecked) => (Checked, LeftOut) = isChecked ? (Checked + 1, LeftOut) : (Checked, LeftOut + 1);

    /// <summary>An up-pool with the pool's operators, or with equal ones of its own.</summary>
    internal LiftUpPool NewUp()
    {
        var (dimensions, axes) = (Case.Pool.Dimensions, Case.Pool.Axes);
        if (Case.Choice / 3 % 2 == 0)
        {
            return AnyPool.Up(dimensions, Pool);
        }

        var scheme = FuzzMaking.NewScheme(Case);
        LiftUpPool up = dimensions switch
        {
            1 => new LiftUpPool1d(scheme),
            2 => new LiftUpPool2d(scheme, axes),
            _ => new LiftUpPool3d(scheme, axes),
        };
        up.load_state_dict(Pool.state_dict().Where(entry => entry.Key != "gain").ToDictionary());
        if (Case.Call == FuzzCall.Hooks)
        {
            _ = new FuzzHook(Case, scheme);
        }

        return up;
    }

    /// <summary>The formulas with copies of the weights as they are now, and leaves for the weights of a learned reduction.</summary>
    internal (FuzzReference Reference, FuzzReferenceSteps Steps, Tensor? Gain) NewReference(LiftDownPool? pool = null)
    {
        var (approximation, detail) = (Scheme.approximation_gain, Scheme.detail_gain);
        var steps = new FuzzReferenceSteps(Case.Scheme, Scheme)
        {
            ApproximationGain = approximation,
            DetailGain = detail,
            LargestNumber = Case.IsRoundedOnce ? double.PositiveInfinity : FuzzBounds.LargestNumber(Case.Pool.Dtype),
            Hook = FuzzHook.Of(Case, Scheme),
        };
        var hasGain = (pool ?? Pool).state_dict().TryGetValue("gain", out var own);
        var gain = hasGain ? own!.detach().to(ScalarType.Float64).clone().requires_grad_() : null;
        return (new(Case.Pool, steps), steps, gain);
    }

    /// <summary>Values of the content that the case asks for.</summary>
    internal Tensor Values(long[] shape)
    {
        var signal = Case.Signal;
        var values = signal.Content switch
        {
            FuzzContent.Zeros => zeros(shape, ScalarType.Float64),
            FuzzContent.Integers => randint(-8, 9, shape).to(ScalarType.Float64),
            _ => randn(shape, ScalarType.Float64).mul(signal.Magnitude),
        };
        if (signal.Content == FuzzContent.Special && values.numel() > 0)
        {
            double[] specials = [double.NaN, double.PositiveInfinity, double.NegativeInfinity];
            values.flatten()[random.NextInt64(values.numel())] = specials[random.Next(3)];
        }

        return values.to(Case.Pool.Dtype);
    }

    internal FuzzInput Input(long[] shape) => FuzzInput.Of(Values(shape), Case.Signal.Layout, Case.Signal.Batch is not null);

    /// <summary>Calls on each path of this machine in turn; a path that falls back to another is that other.</summary>
    internal static void OnEachPath(Action<string> call)
    {
        var left = ComputePath.Paths.ToList();
        while (left.Count > 0)
        {
            using var forced = ComputePath.Force(left[0]);
            using var scope = NewDisposeScope();
            call(left[0]);
            left.RemoveRange(0, Math.Max(1, left.IndexOf(ComputePath.Last) + 1));
        }
    }

    /// <summary>
    /// By how much the inverse may amplify rounding: the contract's factor for a new paper's scheme, else every step's in full.
    /// </summary>
    internal double Amplification(int levels = 1)
    {
        if (Case.Scheme is { Kind: FuzzSchemeKind.Paper, WeightScale: 1, Bias: false } && !Case.Pool.IsHalf)
        {
            return 1;
        }

        var gains = Math.Abs(Scheme.approximation_gain / Scheme.detail_gain);
        var all = Math.Max(gains, 1 / gains);
        foreach (var step in Scheme.steps)
        {
            // A tanh, a ReLU do not amplify; of two convolutions the factors multiply.
            var weights = step.Operator.state_dict();
            var factor = 1.0;
            foreach (var (key, weight) in weights.Where(entry => !entry.Key.EndsWith("bias", StringComparison.Ordinal)))
            {
                using var temporary = NewDisposeScope();
                factor *= weight.detach().to(ScalarType.Float64).abs().flatten(1 % (int)weight.dim()).sum(-1).max().item<double>();
            }

            all *= 1 + factor;
        }

        return Math.Pow(all, Case.Pool.LiftedDims.Length * levels);
    }

    public void Dispose()
    {
        Pool.Dispose();
        scope.Dispose();
        set_num_threads(1);
    }
}
