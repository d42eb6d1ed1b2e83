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
                var fits = bands.Levels.SelectMany(FuzzValues.In).All(band => band.isfinite().all().item<bool>());
                var (known, gradient) = fits ? (input.View, null) : Known(subject, bands, input.View);
                var restored = FuzzValues.Alone(() => pyramid.unlift(bands), signal => [signal]);
                if (one.Scheme.Lossless && !restored.IsExactly(input.View))
                {
                    throw new FuzzFailure("a lossless pyramid lost something");
                }

                var bounds = FuzzBounds.Of(one, largest);
                bounds.Inverse(restored, input.View, Levels(one) * subject.Amplification(Levels(one)), known);
                FuzzValues.Weighed("restored", restored).backward();
                bounds.Finite("the gradient of the input", x.grad!, gradient);
            }

            input.IsUnchanged();
        }));
    }

    // A level's input is what the one before gave: what rounding it met is in it.
    private static double CheckLevels(FuzzSubject subject, LiftPyramidBands found, Tensor input)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var (signal, largest) = (input, 0.0);
        for (var level = 0; level < found.Levels.Count; level++)
        {
            var bands = found.Levels[level];
            var (_, bounds) = FuzzUpCalls.CheckBands(subject, signal, bands, $" of level {level}");
            signal = bands.Values.First().detach();
            largest = Math.Max(largest, bounds.Largest);
        }

        return largest;
    }

    /// <summary>By the formulas there and back, and the gradient: NaN where they depend on a band that does not fit its type.</summary>
    private static (Tensor Restored, Tensor? Gradient) Known(FuzzSubject subject, LiftPyramidBands found, Tensor input)
    {
        var x = input.detach().to(ScalarType.Float64).clone().requires_grad_();
        var (reference, _, gain) = subject.NewReference();
        Stack<(Tensor[] Details, Tensor[] Cropped, long[] Lengths)> levels = [];
        var signal = x;
        foreach (var bands in found.Levels)
        {
            var right = reference.Down(signal, gain, PenaltyNorm.MeanSquare);
            Tensor[] known = [.. bands.Select(band => FuzzKnown.Where(band.Value.isfinite(), right[band.Key]))];
            Tensor[] cropped = [.. bands.Cropped.Select((_, i) => right[$"cropped {i}"])];
            levels.Push((known[1..], cropped, [.. bands.InputShape.TakeLast(subject.Case.Pool.Dimensions)]));
            signal = known[0];
        }

        foreach (var (details, cropped, lengths) in levels)
        {
            signal = reference.Up([signal, .. details], cropped, lengths);
        }

        FuzzValues.Weighed("restored", signal).backward();
        return (signal.detach(), x.grad);
    }
}
