namespace LiftPool.Tests;

/// <summary>A state that is saved, and loaded into a layer which was made in another way: it then gives the same, to the bit.</summary>
internal static class FuzzStateCalls
{
    internal static void Run(FuzzSubject subject)
    {
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var one = subject.Case;
        var input = subject.Input(one.Shape);
        using var other = FuzzMaking.NewPool(one, isByArguments: one.Choice % 2 != 0);
        other.to(one.Pool.Dtype);
        if (!one.Scheme.Lossless)
        {
            other.state_dict().Values.ToList().ForEach(tensor => tensor.mul_(3));
        }

        // Nothing may stay of what it was.
        using var before = other.forward(input.View);
        Load(subject.Pool, other, one.Choice / 2 % 2 == 0);
        var state = other.state_dict();
        foreach (var (key, value) in subject.Pool.state_dict())
        {
            Same(key, state.GetValueOrDefault(key), value);
        }

        FuzzSubject.OnEachPath(path => FuzzFailure.On(path, () =>
        {
            var (wanted, wantedBands) = subject.Pool.forward_with_bands(input.View);
            var (found, bands) = other.forward_with_bands(input.View);
            Same("the output", found, wanted);
            foreach (var (name, band) in wantedBands)
            {
                Same(name, bands[name], band);
            }

            using var up = subject.NewUp();
            using var otherUp = AnyPool.Up(one.Pool.Dimensions, other);
            Same("the inverse", otherUp.forward(bands), up.forward(wantedBands));
        }));
    }

    private static void Load(LiftDownPool from, LiftDownPool to, bool isThroughBytes)
    {
        if (!isThroughBytes)
        {
            to.load_state_dict(from.state_dict());
            return;
        }

        using var bytes = new MemoryStream();
        from.save(bytes);
        using var saved = new MemoryStream(bytes.ToArray());
        to.load(saved);
    }

    private static void Same(string name, Tensor? found, Tensor wanted)
    {
        if (found is null || !found.IsExactly(wanted))
        {
            throw new FuzzFailure($"{name} of the layer that was loaded is another");
        }
    }
}
