namespace LiftPool.Tests;

/// <summary>A pyramid: each level beside the formulas, and the whole back again.</summary>
internal static class FuzzPyramidCalls
{
    internal static int Levels(FuzzCase one) => 1 + (one.Choice % 3);

    internal static bool HasAnswer(FuzzCase one)
    {
        IReadOnlyList<long> lengths = one.Signal.Lengths;
        for (var level = 0; level < Levels(one); level++)
        {
            if (!FuzzRules.Takes(one.Pool, one.Scheme, lengths))
            {
                return false;
            }

            lengths = [.. lengths.Select((length, i)
                => one.Pool.LiftedDims.Contains(i + 2) ? FuzzRules.BandLength(one.Pool, length) : length)];
        }

        return true;
    }

    internal static void Run(FuzzSubject subject)
    {
        var one = subject.Case;
        using var scope = NewDisposeScope();
        if (one.Signal.Content == FuzzContent.Special)
        {
            return;
        }

        var pyramid = subject.Pyramid;
        var input = subject.Input(one.Shape);
        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            pyramid.zero_grad();
            var x = input.View.detach().requires_grad_();
            var bands = FuzzValues.Alone(() => pyramid.forward(x), all => all.Levels.SelectMany(FuzzValues.In));
            var largest = CheckLevels(subject, bands, input.View);
            if (one.Pool.DenseMax == DenseMax.None)
            {
                var restored = FuzzValues.Alone(() => pyramid.unlift(bands), signal => [signal]);
                if (one.Scheme.Lossless && !restored.IsExactly(input.View))
                {
                    throw new FuzzFailure("a lossless pyramid lost something");
                }

                var bounds = new FuzzBounds(one.Pool.Dtype, largest, !one.Scheme.HasOwnOperators);
                bounds.Inverse(restored, input.View, Levels(one) * subject.Amplification(Levels(one)));
                FuzzValues.Weighed("restored", restored).backward();
                if (!x.grad!.isfinite().all().item<bool>())
                {
                    throw new FuzzFailure("the gradient of the input is not finite");
                }
            }

            input.IsUnchanged();
        }));
    }

    // A level's input is what the one before gave: what rounding it met is in it.
    private static double CheckLevels(FuzzSubject subject, LiftPyramidBands found, Tensor input)
    {
        var one = subject.Case;
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var (signal, largest) = (input, 0.0);
        for (var level = 0; level < found.Levels.Count; level++)
        {
            var (reference, steps, gain) = subject.NewReference();
            var wanted = reference.Down(signal.to(ScalarType.Float64), gain, PenaltyNorm.MeanSquare);
            var bounds = new FuzzBounds(one.Pool.Dtype, steps.Largest, !one.Scheme.HasOwnOperators);
            foreach (var (name, band) in found.Levels[level])
            {
                if (subject.HasReference)
                {
                    bounds.Value($"{name} of level {level}", band, wanted[name]);
                }
            }

            signal = found.Levels[level].Values.First().detach();
            largest = Math.Max(largest, steps.Largest);
        }

        return largest;
    }
}
