namespace LiftPool.Tests;

/// <summary>
/// Gradients of gradients (<c>create_graph</c>): of the product of all first derivatives with fixed numbers, beside the formulas' own.
/// </summary>
internal static class FuzzSecondCalls
{
    // Of the norm of a second derivative.
    private const double MostAllowed = 1e-2;

    private enum Kind
    {
        Forward,
        ForwardWithBands,
        Penalties,
        Up,
    }

    internal static void Run(FuzzSubject subject)
    {
        var one = subject.Case;
        if (one.Signal.Content == FuzzContent.Special || !subject.HasReference)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var kind = (Kind)(one.Choice % 4);
        FuzzInput[] inputs = [.. Shapes(one, kind).Select(subject.Input)];
        var (steps, wanted) = Right(subject, kind, inputs);
        var (isSmooth, bound) = (steps.IsSmoothIn(one.Pool.Dtype), Bound(one, steps));
        using var up = subject.NewUp();
        up.recompute = one.Pool.Recompute;
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var found = Found(subject, kind, inputs, up);
            foreach (var name in wanted.Keys.Union(found.Keys))
            {
                if (found.TryGetValue(name, out var own) && !own.isfinite().all().item<bool>())
                {
                    throw new FuzzFailure($"the second derivative by {name} is not finite");
                }

                subject.CountGradient(isSmooth);
                if (!isSmooth)
                {
                    continue;
                }

                var right = wanted.GetValueOrDefault(name) ?? zeros_like(found[name], ScalarType.Float64);
                Check(name, own ?? zeros_like(right), right, Usual(name, inputs, steps), bound);
            }

            Array.ForEach(inputs, input => input.IsUnchanged());
        }));
    }

    // An inverse takes the bands, and what was cropped.
    private static long[][] Shapes(FuzzCase one, Kind kind)
    {
        if (kind != Kind.Up)
        {
            return [one.Shape];
        }

        var (band, cropped) = FuzzUpCalls.Shapes(one, FuzzUpCalls.Lengths(one));
        return [.. Enumerable.Repeat(band, 1 << one.Pool.LiftedDims.Length), .. cropped];
    }

    private static Dictionary<string, Tensor> Found(FuzzSubject subject, Kind kind, FuzzInput[] inputs, LiftUpPool up)
    {
        var (one, pool) = (subject.Case, subject.Pool);
        Tensor[] leaves = [.. inputs.Select(input => input.View.detach().requires_grad_())];
        var values = new Dictionary<string, Tensor>();
        switch (kind)
        {
            case Kind.Forward:
                values["output"] = pool.forward(leaves[0]);
                break;
            case Kind.ForwardWithBands:
                (values["output"], var bands) = pool.forward_with_bands(leaves[0]);
                FuzzValues.Add(values, bands);
                break;
            case Kind.Penalties:
                (values["c_u"], values["c_p"]) = pool.penalties(leaves[0], Norm(one));
                break;
            default:
                var count = 1 << one.Pool.LiftedDims.Length;
                long[] shape = [.. one.Shape[..^one.Pool.Dimensions], .. FuzzUpCalls.Lengths(one)];
                values["output"] = up.forward(new LiftBands(leaves[..count], shape, leaves[count..], one.Pool.Axes));
                break;
        }

        var weights = kind != Kind.Up ? FuzzValues.WeightsOf(pool)
            : up.Scheme.named_parameters().Select(weight => ($"scheme.{weight.name}", (Tensor)weight.parameter));
        return Second(values, one.Pool.Dtype, leaves, weights);
    }

    private static (FuzzReferenceSteps Steps, Dictionary<string, Tensor> Second) Right(FuzzSubject subject, Kind kind, FuzzInput[] inputs)
    {
        var one = subject.Case;
        var (reference, steps, gain) = subject.NewReference();
        Tensor[] leaves = [.. inputs.Select(input => input.View.detach().to(ScalarType.Float64).clone().requires_grad_())];
        var count = 1 << one.Pool.LiftedDims.Length;
        var values = kind == Kind.Up
            ? new() { ["output"] = reference.Up(leaves[..count], leaves[count..], FuzzUpCalls.Lengths(one)) }
            : reference.Down(leaves[0], gain, Norm(one)).Where(value => value.Key switch
            {
                "output" => kind != Kind.Penalties,
                "c_u" or "c_p" => kind == Kind.Penalties,
                _ => kind == Kind.ForwardWithBands,
            }).ToDictionary();
        var weights = steps.Weights.Select(weight => ($"scheme.{weight.Key}", weight.Value));
        return (steps, Second(values, one.Pool.Dtype, leaves, gain is null ? weights : weights.Append(("gain", gain))));
    }

    // The norm itself has a kink, where all is zero.
    private static PenaltyNorm Norm(FuzzCase one)
        => one.Signal.Content == FuzzContent.Normal ? one.Pool.Norm ?? PenaltyNorm.MeanSquare : PenaltyNorm.MeanSquare;

    // The loss has squares, so that its gradient depends on the values.
    private static Dictionary<string, Tensor> Second(
        Dictionary<string, Tensor> values, ScalarType dtype, Tensor[] leaves, IEnumerable<(string Name, Tensor Leaf)> weights)
    {
        (string Name, Tensor Leaf)[] variables
            = [.. leaves.Select((leaf, i) => ($"input {i}", leaf)), .. weights.Where(weight => weight.Leaf.requires_grad)];
        Tensor Sum(Dictionary<string, Tensor> terms)
            => terms.Select(term => FuzzValues.Weighed(term.Key, term.Value, dtype)).Aggregate((sum, term) => sum.add(term));
        var loss = Sum(values.ToDictionary(value => value.Key, value => value.Value.add(value.Value.square())));
        var first = Taken(loss, variables, createGraph: true);
        return first.Count == 0 ? [] : Taken(Sum(first), variables, createGraph: false);
    }

    // By backward, as the errors of autograd.grad end the process.
    private static Dictionary<string, Tensor> Taken(Tensor scalar, (string Name, Tensor Leaf)[] variables, bool createGraph)
    {
        if (!scalar.requires_grad)
        {
            return [];
        }

        Array.ForEach(variables, variable => variable.Leaf.grad = null);
        autograd.backward([scalar], null, createGraph, createGraph, [.. variables.Select(variable => variable.Leaf)]);
        var gradients = variables.Where(variable => variable.Leaf.grad is not null).ToDictionary(one => one.Name, one => one.Leaf.grad!);

        // A gradient with a graph would keep its leaf alive, and itself.
        Array.ForEach(variables, variable => variable.Leaf.grad = null);
        return gradients;
    }

    // What it would be if nothing cancelled, a tenth of it.
    private static double Usual(string name, FuzzInput[] inputs, FuzzReferenceSteps steps)
    {
        var largest = Math.Max(steps.Largest, 1);
        var samples = Math.Sqrt(Math.Max(1, inputs[0].View.numel()));
        return 0.1 * largest * (name.StartsWith("input", StringComparison.Ordinal) ? 1 : largest * samples);
    }

    // A tanh's curvature changes with the rounding of its argument, times what the argument is made of. A bound that allows much says
    // nothing: the generator draws no such case.
    private static double Bound(FuzzCase one, FuzzReferenceSteps steps)
    {
        var (relative, eps) = one.Pool.Dtype == ScalarType.Float64 ? (1e-10, Math.ScaleB(1, -52)) : (1e-4, Math.ScaleB(1, -23));
        var largest = one.Scheme.HasTanh ? steps.Largest : 0;
        var bound = relative + (2 * eps * largest * largest);
        return bound <= MostAllowed
            ? bound
            : throw new FuzzFailure($"values of {largest:g3} before a tanh allow {bound:g3}: the generator should draw smaller ones");
    }

    private static void Check(string name, Tensor found, Tensor wanted, double usual, double bound)
    {
        var error = found.RelativeNormTo(wanted, usual);
        if (!(error <= bound))
        {
            throw new FuzzFailure($"the second derivative by {name} is off by {error:g3} of its norm, and {bound:g3} is allowed");
        }
    }
}
