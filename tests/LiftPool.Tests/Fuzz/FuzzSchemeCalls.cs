namespace LiftPool.Tests;

/// <summary>A scheme without a pool: one axis there and back, and each operator by itself.</summary>
internal static class FuzzSchemeCalls
{
    // Mostly of an even length.
    internal static long[] Shape(FuzzCase one)
    {
        long[] shape = [one.Signal.Batch ?? 1, one.Pool.Channels, .. one.Signal.Lengths];
        shape[Dim(one)] += one.Choice % 16 == 0 ? 0 : shape[Dim(one)] % 2;
        return shape;
    }

    internal static int Dim(FuzzCase one) => 2 + (one.Choice % one.Pool.Dimensions);

    internal static bool HasAnswer(FuzzCase one)
        => Shape(one)[Dim(one)] is var length && length > 0 && length % 2 == 0 && FuzzRules.TakesHalf(one.Scheme, length / 2);

    internal static void Run(FuzzSubject subject)
    {
        var one = subject.Case;
        if (one.Signal.Content == FuzzContent.Special)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var dim = Dim(one);
        var input = FuzzInput.Of(subject.Values(Shape(one)), one.Signal.Layout, isBatched: true);
        var (_, steps, _) = subject.NewReference();
        var (approximation, detail, _) = steps.Split(input.View.to(ScalarType.Float64), dim);
        var bounds = FuzzBounds.Of(one, steps.Largest);
        var given = one.Choice % 2 == 0 ? dim : dim - 2 - one.Pool.Dimensions;
        var (s, d) = FuzzValues.Alone(() => subject.Scheme.lift(input.View, given), both => [both.s, both.d]);
        if (subject.HasReference)
        {
            bounds.Value("s", s, approximation.mul(steps.ApproximationGain));
            bounds.Value("d", d, detail.mul(steps.DetailGain));
        }

        var restored = FuzzValues.Alone(() => subject.Scheme.unlift(s, d, dim), signal => [signal]);
        if (one.Scheme.Lossless && !restored.IsExactly(input.View))
        {
            throw new FuzzFailure("a lossless scheme lost something");
        }

        var known = steps.Merged(FuzzKnown.Of(s), FuzzKnown.Of(d), dim);
        bounds.Inverse(restored, input.View, subject.Amplification(), known);
        if (!one.Scheme.Lossless)
        {
            CheckOperators(subject);
        }

        input.IsUnchanged();
    }

    private static void CheckOperators(FuzzSubject subject)
    {
        var one = subject.Case;
        var length = Shape(one)[Dim(one)] / 2;
        var input = FuzzInput.Of(subject.Values([2, one.Pool.Channels, length]), one.Signal.Layout, isBatched: true);
        foreach (var (step, k) in subject.Scheme.steps.Select((step, k) => (step, k)))
        {
            var (_, steps, _) = subject.NewReference();
            var wanted = steps.Operate(k, steps.Met(input.View.to(ScalarType.Float64)));
            var found = step.Operator.call(input.View);

            // A module of a half type rounds at each of its operations.
            new FuzzBounds(one.Pool.Dtype, steps.Largest, IsRoundedOnce: false).Value($"operator {k}", found, wanted);
        }

        input.IsUnchanged();
    }
}
