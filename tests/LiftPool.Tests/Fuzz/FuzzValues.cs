namespace LiftPool.Tests;

/// <summary>What a call gave, by name, and what is done with it.</summary>
internal static class FuzzValues
{
    internal const string Gradient = "gradient of ";

    /// <summary>The bands and what was cropped.</summary>
    internal static void Add(Dictionary<string, Tensor> values, LiftBands bands)
    {
        foreach (var (name, band) in bands)
        {
            values[name] = band;
        }

        for (var i = 0; i < bands.Cropped.Count; i++)
        {
            values[$"cropped {i}"] = bands.Cropped[i];
        }
    }

    /// <summary>Calls, and asserts that the call leaves its results in the caller's scope and nothing else.</summary>
    internal static T Alone<T>(Func<T> call, Func<T, IEnumerable<Tensor>> resultsOf)
    {
        using var own = NewDisposeScope();
        var results = call();
        foreach (var tensor in resultsOf(results))
        {
            tensor.MoveToOuterDisposeScope();
        }

        return own.DisposablesCount == 0
            ? results
            : throw new FuzzFailure($"{own.DisposablesCount} tensors that nobody asked for are left in the caller's scope");
    }

    /// <summary>All tensors of some bands.</summary>
    internal static IEnumerable<Tensor> In(LiftBands bands) => bands.Values.Concat(bands.Cropped);

    /// <summary>The sum of the entries, each with a weight that its type holds, other ones for each name.</summary>
    internal static Tensor Weighed(string name, Tensor x, ScalarType? dtype = null)
    {
        var phase = name.Sum(letter => (double)letter);
        var weights = arange(x.numel(), ScalarType.Float64).add(phase).cos().to(dtype ?? x.dtype).to(ScalarType.Float64).view(x.shape);
        return x.to(ScalarType.Float64).mul(weights).sum();
    }

    /// <summary>The weights that a pool computes with, its own or another's, by the names that its own would have.</summary>
    internal static IEnumerable<(string Name, Tensor Leaf)> WeightsOf(LiftDownPool pool)
        => pool.Scheme.named_parameters().Select(one => ($"scheme.{one.name}", (Tensor)one.parameter))
            .Concat(pool.named_parameters().Where(one => one.name == "gain").Select(one => (one.name, (Tensor)one.parameter)));

    /// <summary>Adds the gradients of a loss; a missing one is missing.</summary>
    internal static void Backward(Tensor loss, Dictionary<string, Tensor> values, IEnumerable<(string Name, Tensor Leaf)> leaves)
    {
        if (loss.requires_grad)
        {
            loss.backward();
        }

        foreach (var (name, leaf) in leaves)
        {
            if (leaf.grad is { } gradient)
            {
                values[Gradient + name] = gradient.clone();
            }
        }
    }

    /// <summary>Asserts that each has memory of its own: what is written into one is in no other.</summary>
    internal static void ShareNothing(Dictionary<string, Tensor> values)
    {
        using var grad = no_grad();
        var number = 0;
        Tensor[] tensors = [.. values.Values.Select(value => value.detach())];
        foreach (var tensor in tensors)
        {
            tensor.fill_(++number);
        }

        number = 0;
        foreach (var (name, tensor) in values.Keys.Zip(tensors))
        {
            if (!tensor.eq(++number).all().item<bool>())
            {
                throw new FuzzFailure($"{name} shares its memory with another result");
            }
        }
    }
}
