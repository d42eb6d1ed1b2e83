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
        => [.. one.Signal.Lengths.Select((length, i) => one.Pool.DenseMax == DenseMax.Valid && one.Pool.LiftedDims.Contains(i + 2) ? length - 1 : length)];

    /// <summary>The shapes of a band and of what floor mode crops of a signal.</summary>
    private static (long[] Band, List<long[]> Cropped) Shapes(FuzzCase one, long[] lengths)
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

    private static void OfAnyBands(FuzzSubject subject)
    {
        using var scope = NewDisposeScope();
        var one = subject.Case;
        var lengths = Lengths(one);
        var (bandShape, croppedShapes) = Shapes(one, lengths);
        FuzzInput[] bands = [.. Enumerable.Range(0, 1 << one.Pool.LiftedDims.Length).Select(_ => subject.Input(bandShape))];
        FuzzInput[] cropped = [.. croppedShapes.Select(shape => subject.Input(shape))];
        long[] inputShape = [.. one.Shape[..^one.Pool.Dimensions], .. lengths];
        var hasGradients = one.Choice % 8 != 0 && one.Signal.Content != FuzzContent.Special;
        if (!subject.HasReference || one.Signal.Content == FuzzContent.Special)
        {
            return;
        }

        var answer = Right(subject, bands, cropped, lengths, hasGradients);
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            subject.Pool.zero_grad();
            using var grad = set_grad_enabled(hasGradients);
            using var up = AnyPool.Up(one.Pool.Dimensions, subject.Pool);
            up.recompute = one.Pool.Recompute;
            Tensor Leaf(FuzzInput input) => input.View.detach().requires_grad_(hasGradients);
            Tensor[] leaves = [.. bands.Select(Leaf)];
            Tensor[] kept = [.. cropped.Select(Leaf)];
            using var given = new LiftBands(leaves, inputShape, kept, one.Pool.Axes);
            var values = new Dictionary<string, Tensor>();
            using (var own = NewDisposeScope())
            {
                values["output"] = (one.Choice % 3) switch { 0 => up.forward(given), 1 => up.call(given), _ => up.forward(leaves[0], given) };
                values["output"].MoveToOuterDisposeScope();
                if (own.DisposablesCount != 0)
                {
                    throw new FuzzFailure($"{own.DisposablesCount} tensors that nobody asked for are left in the caller's scope");
                }
            }

            if (hasGradients)
            {
                var named = leaves.Select((leaf, i) => ($"band {i}", leaf)).Concat(kept.Select((leaf, i) => ($"cropped {i}", leaf)));
                var weights = subject.Scheme.named_parameters().Select(weight => ($"scheme.{weight.name}", (Tensor)weight.parameter));
                FuzzValues.Backward(FuzzValues.Weighed("output", values["output"]), values, [.. named, .. weights]);
            }

            answer.Check(values);
            FuzzValues.ShareNothing(values);
            Array.ForEach([.. bands, .. cropped], input => input.IsUnchanged());
        }));
    }

    private static FuzzAnswer Right(FuzzSubject subject, FuzzInput[] bands, FuzzInput[] cropped, long[] lengths, bool gradients)
    {
        using var grad = set_grad_enabled(gradients);
        var (reference, steps, _) = subject.NewReference();
        Tensor Leaf(FuzzInput input) => input.View.detach().to(ScalarType.Float64).clone().requires_grad_(gradients);
        Tensor[] leaves = [.. bands.Select(Leaf)];
        Tensor[] kept = [.. cropped.Select(Leaf)];
        var values = new Dictionary<string, Tensor> { ["output"] = reference.Up(leaves, kept, lengths) };
        var answer = new FuzzAnswer(subject.Case, steps, values) { Samples = values["output"].numel() };
        if (gradients)
        {
            var rest = leaves.Skip(1).Select((leaf, i) => ($"band {i + 1}", (Tensor?)leaf)).Concat(kept.Select((leaf, i) => ($"cropped {i}", (Tensor?)leaf)));
            answer.Differentiate(values, ("band 0", leaves[0]), [.. rest, .. steps.Weights.Select(weight => ($"scheme.{weight.Key}", (Tensor?)weight.Value))]);
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
        var (reference, steps, gain) = subject.NewReference();
        _ = reference.Down(input.View.to(ScalarType.Float64), gain, PenaltyNorm.MeanSquare);
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            using var up = AnyPool.Up(one.Pool.Dimensions, subject.Pool);
            var (_, bands) = subject.Pool.forward_with_bands(input.View);
            var restored = up.forward(bands);
            if (one.Scheme.Lossless && !restored.IsExactly(input.View))
            {
                throw new FuzzFailure("a lossless scheme lost something");
            }

            new FuzzBounds(one.Pool.Dtype, steps.Largest, !one.Scheme.HasOwnOperators).Inverse(restored, input.View, subject.Amplification());
            input.IsUnchanged();
        }));
    }
}
