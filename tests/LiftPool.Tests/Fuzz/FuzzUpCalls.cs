using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>The inverse: of any bands beside the formulas with gradients, and of a pool's own bands beside the input.</summary>
internal static class FuzzUpCalls
{
    internal static void Run(FuzzSubject subject)
    {
        OfAnyBands(subject);
        if (subject.Case.Signal.Content != FuzzContent.Special)
        {
            OfOwnBands(subject);
        }
    }

    /// <summary>The spatial lengths of what is lifted.</summary>
    internal static long[] Lengths(FuzzCase one)
        => [.. one.Signal.Lengths.Select((length, i)
            => one.Pool.DenseMax == DenseMax.Valid && one.Pool.LiftedDims.Contains(i + 2) ? length - 1 : length)];

    /// <summary>The shapes of a band and of what floor mode crops of a signal.</summary>
    internal static (long[] Band, List<long[]> Cropped) Shapes(FuzzCase one, long[] lengths)
    {
        long[] before = [.. one.Shape[..^one.Pool.Dimensions]];
        long[] left = [.. lengths];
        List<long[]> cropped = [];
        foreach (var i in one.Pool.LiftedDims.Select(dim => dim - 2))
        {
            if (!one.Pool.Ceil && left[i] % 2 == 1)
            {
                long[] last = [.. left];
                last[i] = 1;
                cropped.Add([.. before, .. last]);
                left[i]--;
            }
        }

        foreach (var i in one.Pool.LiftedDims.Select(dim => dim - 2))
        {
            left[i] = (left[i] + 1) / 2;
        }

        return ([.. before, .. left], cropped);
    }

    internal static void OfAnyBands(FuzzSubject subject)
    {
        using var scope = NewDisposeScope();
        var one = subject.Case;
        var lengths = Lengths(one);
        var (bandShape, croppedShapes) = Shapes(one, lengths);
        FuzzInput[] bands = [.. Enumerable.Range(0, 1 << one.Pool.LiftedDims.Length).Select(_ => subject.Input(bandShape))];
        FuzzInput[] cropped = [.. croppedShapes.Select(shape => subject.Input(shape))];
        long[] inputShape = [.. one.Shape[..^one.Pool.Dimensions], .. lengths];
        var hasGradients = one.Choice % 8 != 0 && one.Signal.Content != FuzzContent.Special;
        var isByFormula = subject.HasReference && one.Signal.Content != FuzzContent.Special;
        var answer = isByFormula ? Right(subject, bands, cropped, lengths, hasGradients) : null;
        using var up = subject.NewUp();
        up.recompute = one.Pool.Recompute;
        Dictionary<string, Tensor>? composed = null;
        if (answer is null)
        {
            using var forced = ComputePath.Force("tensor");
            composed = Found(one, up, bands, cropped, inputShape, gradients: false);
        }

        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var values = Found(one, up, bands, cropped, inputShape, hasGradients);
            if (answer is not null)
            {
                answer.Check(values);
            }
            else
            {
                FuzzSpecialValues.Check(values, composed!, _ => one.Scheme.Lossless);
            }

            FuzzValues.ShareNothing(values);
            Array.ForEach([.. bands, .. cropped], input => input.IsUnchanged());
        }));
    }

    /// <summary>The restored signal, and the gradients of the bands, of what was cropped and of the weights, by name.</summary>
    private static Dictionary<string, Tensor> Found(
        FuzzCase one, LiftUpPool up, FuzzInput[] bands, FuzzInput[] cropped, long[] inputShape, bool gradients)
    {
        up.Scheme.zero_grad();
        using var grad = set_grad_enabled(gradients);
        Tensor Leaf(FuzzInput input) => input.View.detach().requires_grad_(gradients);
        Tensor[] leaves = [.. bands.Select(Leaf)];
        Tensor[] kept = [.. cropped.Select(Leaf)];
        using var given = new LiftBands(leaves, inputShape, kept, one.Pool.Axes);
        var values = new Dictionary<string, Tensor>();
        Tensor Restored() => (one.Choice % 3) switch { 0 => up.forward(given), 1 => up.call(given), _ => up.forward(leaves[0], given) };
        values["output"] = FuzzValues.Alone(Restored, restored => [restored]);
        if (gradients)
        {
            var named = leaves.Select((leaf, i) => ($"band {i}", leaf)).Concat(kept.Select((leaf, i) => ($"cropped {i}", leaf)));
            var weights = up.Scheme.named_parameters().Select(weight => ($"scheme.{weight.name}", (Tensor)weight.parameter));
            FuzzValues.Backward(FuzzValues.Weighed("output", values["output"]), values, [.. named, .. weights]);
        }

        return values;
    }

    private static FuzzAnswer Right(FuzzSubject subject, FuzzInput[] bands, FuzzInput[] cropped, long[] lengths, bool gradients)
    {
        using var grad = set_grad_enabled(gradients);
        var (reference, steps, _) = subject.NewReference();
        Tensor Leaf(FuzzInput input) => input.View.detach().to(ScalarType.Float64).clone().requires_grad_(gradients);
        Tensor[] leaves = [.. bands.Select(Leaf)];
        Tensor[] kept = [.. cropped.Select(Leaf)];
        var values = new Dictionary<string, Tensor> { ["output"] = reference.Up(leaves, kept, lengths) };
        var answer = new FuzzAnswer(subject, steps, values) { Samples = values["output"].numel() };
        if (gradients)
        {
            var rest = leaves.Skip(1).Select((leaf, i) => ($"band {i + 1}", (Tensor?)leaf))
                .Concat(kept.Select((leaf, i) => ($"cropped {i}", (Tensor?)leaf)));
            var weights = steps.Weights.Select(weight => ($"scheme.{weight.Key}", (Tensor?)weight.Value));
            answer.Differentiate(values, ("band 0", leaves[0]), [.. rest, .. weights]);
        }

        return answer;
    }

    private static void OfOwnBands(FuzzSubject subject)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var one = subject.Case;
        if (one.Pool.DenseMax != DenseMax.None)
        {
            return;
        }

        var input = subject.Input(one.Shape);
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            using var up = subject.NewUp();
            var (_, bands) = subject.Pool.forward_with_bands(input.View);
            var restored = up.forward(bands);
            if (one.Scheme.Lossless && !restored.IsExactly(input.View))
            {
                throw new FuzzFailure("a lossless scheme lost something");
            }

            var (reference, bounds) = CheckBands(subject, input.View, bands);
            var known = reference.Up([.. bands.Values.Select(FuzzKnown.Of)], [.. bands.Cropped.Select(FuzzKnown.Of)], Lengths(one));
            bounds.Inverse(restored, input.View, subject.Amplification(), known);
            input.IsUnchanged();
        }));
    }

    /// <summary>Asserts that a pool's bands are right, so that what is infinite among them has to be.</summary>
    /// <returns>The formulas, and the bounds of what was met.</returns>
    internal static (FuzzReference Reference, FuzzBounds Bounds) CheckBands(
        FuzzSubject subject, Tensor input, IReadOnlyDictionary<string, Tensor> found, string where = "")
    {
        var (reference, steps, gain) = subject.NewReference();
        var wanted = reference.Down(FuzzKnown.Of(input), gain, PenaltyNorm.MeanSquare);
        var bounds = FuzzBounds.Of(subject.Case, steps.Largest);
        if (subject.HasReference)
        {
            foreach (var (name, band) in found)
            {
                bounds.Value($"{name}{where}", band, wanted[name]);
            }
        }

        return (reference, bounds);
    }
}
