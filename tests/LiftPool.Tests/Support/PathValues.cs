using LiftPool.Calls;

namespace LiftPool.Tests;

/// <summary>All that a pool gives, computed on one path.</summary>
internal static class PathValues
{
    /// <summary>Outputs, bands, penalties, the inverse, and the gradients of a loss of all of them, by name. Asserts that the path was taken.</summary>
    internal static Dictionary<string, Tensor> Of(LiftDownPool pool, int axes, Tensor input, string path, int seed, PenaltyNorm? norm = null)
    {
        using var forced = ComputePath.Force(path);
        manual_seed(seed);
        pool.zero_grad();
        var x = input.detach().requires_grad_(true);
        using var penalty = norm is { } given ? new LiftRegularizer(lambda_u: 0.3, lambda_p: 0.7, given) : null;
        var plain = pool.forward(x);
        ComputePath.Last.Should().Be(path);
        var (y, bands) = pool.forward_with_bands(x);
        using var up = AnyPool.Up(axes, pool);
        var features = bands[bands.Names[0]].mul(0.5);
        var restored = up.forward(bands);
        var decoded = up.forward(features, bands);
        var values = new Dictionary<string, Tensor> { ["plain"] = plain, ["output"] = y, ["restored"] = restored, ["decoded"] = decoded };
        foreach (var name in bands.Names)
        {
            values[name] = bands[name];
        }

        var loss = values.Values.Select(value => value.mul(randn_like(value)).sum()).Aggregate((sum, term) => sum + term);
        if (penalty is not null)
        {
            values["c_u"] = penalty.c_u;
            values["c_p"] = penalty.c_p;
            loss += penalty.loss();
        }

        loss.backward();
        foreach (var (name, weight) in pool.named_parameters())
        {
            values[$"gradient of {name}"] = weight.grad!;
        }

        values["gradient of the input"] = x.grad!;
        return values.ToDictionary(value => value.Key, value => value.Value.detach().clone());
    }

    internal static bool IsGradient(string name) => name.StartsWith("gradient", StringComparison.Ordinal);
}
