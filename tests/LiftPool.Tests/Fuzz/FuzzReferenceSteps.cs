namespace LiftPool.Tests;

/// <summary>The steps of a scheme along one axis, in float64, with what the bounds of a comparison depend on.</summary>
internal sealed class FuzzReferenceSteps
{
    private readonly FuzzScheme scheme;
    private readonly (StepKind Kind, StepRounding Rounding, Func<Tensor, int, Tensor> Operator)[] steps;
    private readonly Dictionary<string, Tensor> weights;

    /// <summary>The steps of a scheme that the library made, with copies of its weights.</summary>
    internal FuzzReferenceSteps(FuzzScheme scheme, LiftingScheme made)
    {
        this.scheme = scheme;
        var parameters = made.named_parameters().Where(one => one.parameter.requires_grad).Select(one => one.name).ToHashSet();
        weights = made.state_dict().ToDictionary(
            one => one.Key, one => one.Value.detach().to(ScalarType.Float64).clone().requires_grad_(parameters.Contains(one.Key)));
        var isPair = weights.Keys.Any(key
            => key.StartsWith("predict", StringComparison.Ordinal) || key.StartsWith("update", StringComparison.Ordinal));
        steps = [.. made.steps.Select((step, k) =>
            (step.Kind, step.Rounding, Hooked(k, OperatorOf(k, isPair ? $"{step.Kind.ToString().ToLowerInvariant()}" : $"steps.{k}"))))];
    }

    /// <summary>Leaves, by the names that the scheme gives them.</summary>
    internal IReadOnlyDictionary<string, Tensor> Weights => weights;

    internal double ApproximationGain { get; init; } = 1;

    internal double DetailGain { get; init; } = 1;

    /// <summary>
    /// The largest number of a type in which each operator rounds: what is larger becomes NaN, and so does all that depends on it.
    /// </summary>
    internal double LargestNumber { get; init; } = double.PositiveInfinity;

    /// <summary>The largest finite magnitude that came up.</summary>
    internal double Largest { get; private set; }

    /// <summary>The smallest distance to a kink, where the gradient jumps.</summary>
    internal double NearestKink { get; private set; } = double.PositiveInfinity;

    /// <summary>The step whose operator has a hook; that multiplies what goes in, or what comes out.</summary>
    internal (int Step, double Before, double After) Hook { get; init; } = (-1, 1, 1);

    /// <summary>Gradients near a kink may be those of either side.</summary>
    internal bool IsSmoothIn(ScalarType dtype)
        => NearestKink > (dtype == ScalarType.Float64 ? 1e-12 : 2e-5) * Math.Max(Largest, double.Epsilon);

    internal (Tensor Approximation, Tensor Detail, Tensor First) Split(Tensor x, int dim)
    {
        var pairs = Met(x).unflatten(dim, [x.size(dim) / 2, 2]);
        var (first, second) = (pairs.select(dim + 1, 0), pairs.select(dim + 1, 1));
        var (detail, approximation) = (first, second);
        foreach (var (kind, rounding, op) in steps)
        {
            if (kind == StepKind.Predict)
            {
                detail = Met(detail.sub(Rounded(op(approximation, dim), rounding)));
            }
            else
            {
                approximation = Met(approximation.add(Rounded(op(detail, dim), rounding)));
            }
        }

        return (approximation, detail, first);
    }

    internal Tensor Merged(Tensor approximation, Tensor detail, int dim)
    {
        (approximation, detail) = (Met(approximation.div(ApproximationGain)), Met(detail.div(DetailGain)));
        foreach (var (kind, rounding, op) in steps.Reverse())
        {
            if (kind == StepKind.Predict)
            {
                detail = Met(detail.add(Rounded(op(approximation, dim), rounding)));
            }
            else
            {
                approximation = Met(approximation.sub(Rounded(op(detail, dim), rounding)));
            }
        }

        return stack([detail, approximation], dim + 1).flatten(dim, dim + 1);
    }

    /// <summary>One operator alone, of a signal <c>[B, C, L]</c>.</summary>
    internal Tensor Operate(int step, Tensor x) => steps[step].Operator(x, 2);

    /// <summary>Notes how large the values are.</summary>
    internal Tensor Met(Tensor x)
    {
        var largest = x.LargestMagnitude();
        if (largest <= LargestNumber)
        {
            Largest = Math.Max(Largest, largest);
            return x;
        }

        var fits = x.detach().abs().le(LargestNumber);
        Largest = Math.Max(Largest, x.detach().masked_fill(fits.logical_not(), 0).LargestMagnitude());
        return FuzzKnown.Where(fits, x);
    }

    /// <summary>Notes how near to a kink at zero the values are.</summary>
    internal Tensor AwayFromZero(Tensor x)
    {
        if (x.numel() > 0)
        {
            NearestKink = Math.Min(NearestKink, x.detach().abs().min().item<double>());
        }

        return Met(x);
    }

    private Func<Tensor, int, Tensor> Hooked(int k, Func<Tensor, int, Tensor> op)
        => (x, dim) => k == Hook.Step ? Met(op(Met(x.mul(Hook.Before)), dim).mul(Hook.After)) : op(x, dim);

    private Func<Tensor, int, Tensor> OperatorOf(int k, string name)
    {
        Tensor? Weight(string key) => weights.GetValueOrDefault($"{name}.{key}");
        return scheme.Kind switch
        {
            FuzzSchemeKind.Paper => Learned,
            FuzzSchemeKind.Steps => scheme.Steps[k].Operator switch
            {
                FuzzOperatorKind.Learned => Learned,
                FuzzOperatorKind.Filter => Filter,
                FuzzOperatorKind.Rectified => Rectified,
                _ => (x, dim) => Met(FuzzPadding.Gather(x, dim, -1, PaddingModes.Circular).mul(Weight("weight")!)),
            },
            FuzzSchemeKind.MaxLifting => k == 0 ? Filter : Rectified,
            _ => Filter,
        };

        Tensor Filter(Tensor x, int dim) => Met(Filtered(x, dim, Weight("weight")!));

        Tensor Rectified(Tensor x, int dim)
            => AwayFromZero(Filtered(x, dim, Weight("weight")!)).relu().mul(PerChannel(Weight("factor")!.flatten(), x));

        Tensor Learned(Tensor x, int dim)
        {
            var sum = AwayFromZero(Biased(Filtered(x, dim, Weight("conv.weight")!), Weight("conv.bias"))).relu();
            var projected = Met(Biased(Filtered(sum, dim, Weight("proj.weight")!), Weight("proj.bias")));
            return scheme.Tanh ? projected.tanh() : projected;
        }
    }

    /// <summary><c>sum_k W_k x[i + k - K/2]</c>, each W_k a matrix of channels by channels that has blocks on its diagonal.</summary>
    private Tensor Filtered(Tensor x, int dim, Tensor taps)
    {
        var (channels, count) = (x.size(1), taps.size(2));
        var shared = taps.size(0) == 1 && channels > 1 ? taps.expand(channels, 1, count) : taps;
        Tensor? sum = null;
        for (var k = 0L; k < count; k++)
        {
            var neighbours = FuzzPadding.Gather(x, dim, k - (count / 2), scheme.Padding);
            var tap = shared.select(2, k);
            var term = tap.size(1) == 1 ? neighbours.mul(PerChannel(tap.flatten(), x)) : Mixed(neighbours, tap);
            sum = sum is null ? term : sum.add(term);
        }

        return sum!;
    }

    private static Tensor Mixed(Tensor x, Tensor tap)
    {
        var (channels, width) = (tap.size(0), tap.size(1));
        List<Tensor> groups = [];
        for (var first = 0L; first < channels; first += width)
        {
            groups.Add(x.narrow(1, first, width).transpose(1, -1).matmul(tap.narrow(0, first, width).t()).transpose(1, -1));
        }

        return cat(groups, 1);
    }

    private static Tensor Biased(Tensor x, Tensor? bias) => bias is null ? x : x.add(PerChannel(bias, x));

    private static Tensor PerChannel(Tensor values, Tensor x) => values.reshape([1, -1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)]);

    private static Tensor Rounded(Tensor x, StepRounding rounding)
    {
        var whole = rounding switch { StepRounding.None => x, StepRounding.Down => x.floor(), _ => x.add(0.5).floor() };
        return rounding == StepRounding.None ? x : x.add(whole.sub(x).detach());
    }
}
