namespace LiftPool.Tests;

/// <summary>Bands that are changed in some way or other, and what becomes of them beside the formulas.</summary>
internal static class FuzzBandCalls
{
    internal static void Run(FuzzSubject subject)
    {
        var one = subject.Case;
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var input = subject.Input(one.Shape);
        if (one.Signal.Content == FuzzContent.Special)
        {
            return;
        }

        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var (output, bands) = subject.Pool.forward_with_bands(input.View);
            FuzzUpCalls.CheckBands(subject, input.View, bands);
            for (var left = one.Choice; left > 0; left /= 10)
            {
                bands = Changed(bands, left % 10, one.Pool.Dtype);
            }

            output.Dispose();
            var (reference, steps, _) = subject.NewReference();
            var wanted = reference.Up(
                [.. bands.Values.Select(FuzzKnown.Of)], [.. bands.Cropped.Select(FuzzKnown.Of)], FuzzUpCalls.Lengths(one));
            using var up = AnyPool.Up(one.Pool.Dimensions, subject.Pool);
            var found = up.forward(bands);
            if (subject.HasReference && !one.Scheme.Lossless)
            {
                FuzzBounds.Of(one, steps.Largest).Value("the inverse", found, wanted);
            }

            input.IsUnchanged();
        }));
    }

    // Whoever was there before is disposed: the new ones have handles of their own.
    private static LiftBands Changed(LiftBands bands, int how, ScalarType dtype)
    {
        var names = bands.Names;
        var last = names[^1];
        var changed = how switch
        {
            0 => bands.With(last, bands[last].neg()),
            1 => bands.Map(tensor => tensor.mul(0.5)),
            2 => bands.Map((name, tensor) => name == last ? zeros_like(tensor) : tensor),
            3 => bands.to(ScalarType.Float64).to(dtype),
            4 => new LiftBands(bands),
            5 => new LiftBands(names.ToDictionary(name => name, name => bands[name]), bands.InputShape, bands.Cropped, bands.Axes),
            6 => bands.WithCropped([.. bands.Cropped.Select(samples => samples.neg())]),
            7 => new LiftBands([.. bands.Values], bands.InputShape, bands.Cropped, bands.Axes),
            8 => bands.to(dtype, CPU),
            _ => bands.Map(tensor => tensor.transpose(-1, 0).contiguous().transpose(-1, 0)),
        };
        if (changed.Count != names.Count || !changed.Names.SequenceEqual(names) || !changed.InputShape.SequenceEqual(bands.InputShape)
            || changed.Axes != bands.Axes)
        {
            throw new FuzzFailure($"change {how} made other bands: {string.Join(", ", changed.Names)}");
        }

        bands.Dispose();
        return changed;
    }
}
